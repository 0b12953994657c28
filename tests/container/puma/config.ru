# A small app on Rack, with nothing but what Ruby has.
require "json"

at_exit { warn "the shop is closed" }

TEXT = { "content-type" => "text/plain; charset=utf-8" }.freeze

# What comes piece by piece has no length.
class Pieces
  def each
    5.times do |number|
      yield "piece #{number}\n"
      sleep 0.005
    end
  end
end

run(lambda do |env|
  case [env["REQUEST_METHOD"], env["PATH_INFO"]]
  in ["GET" | "HEAD", "/"]
    [200, TEXT.merge("content-length" => "7"), ["grüße"]]
  in ["GET", "/asked"]
    names = %w[REQUEST_METHOD PATH_INFO QUERY_STRING HTTP_HOST HTTP_X_TAG HTTP_COOKIE HTTP_USER_AGENT]
    [200, { "content-type" => "application/json" }, [JSON.generate(env.slice(*names))]]
  in ["POST" | "PUT", "/echo"]
    [200, { "content-type" => env["CONTENT_TYPE"].to_s }, [env["rack.input"].read]]
  in ["GET", "/cookies"]
    [200, TEXT.merge("set-cookie" => "a=1; path=/\nb=2; httponly", "x-tag" => "one\ntwo"), ["baked\n"]]
  in ["GET", "/pieces"]
    [200, TEXT, Pieces.new]
  in ["GET", "/moved"]
    [302, { "location" => "/asked?from=m%C3%B6ved" }, []]
  in ["DELETE", "/nothing"]
    [204, {}, []]
  in ["GET", "/raise"]
    raise "this was asked for"
  in [_, path]
    [404, TEXT, ["no #{path}\n"]]
  end
end)
