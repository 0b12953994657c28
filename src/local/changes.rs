use super::gateway::Kind;
use Kind::{Alb, AlbMultiValue, FunctionUrl, HttpApi, HttpApiV1, Lattice, LatticeV1, RestApi};

/// Something that a gateway changes about a request or a response, whatever the app does.
///
/// But for these, an app behind a gateway sees and is seen as if there were none.
///
/// # Examples
///
/// ```
/// use liftgate::local::{Change, Kind};
///
/// let decoded = Change::ALL.iter().find(|change| change.id == "path-decoded").unwrap();
/// assert!(decoded.kinds.contains(&Kind::HttpApi));
/// assert!(!decoded.kinds.contains(&Kind::FunctionUrl));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Change {
    /// A short name.
    pub id: &'static str,
    /// The gateways that do it.
    pub kinds: &'static [Kind],
    /// What is changed.
    pub side: Side,
    /// What becomes of it, in Markdown.
    pub what: &'static str,
    /// The page that says so; where there is none, recordings of the gateway show it.
    pub source: Option<&'static str>,
}

/// What a [`Change`] is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Side {
    /// The request, on its way to the app.
    Request,
    /// The response, on its way to the client.
    Response,
}

const KNOWN_ISSUES: Option<&str> = Some(
    "https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-known-issues.html",
);
const REST_FORMAT: Option<&str> = Some(
    "https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html",
);
const HTTP_FORMAT: Option<&str> = Some(
    "https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html",
);
const URL_FORMAT: Option<&str> =
    Some("https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html");
const ALB: Option<&str> = Some(
    "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/lambda-functions.html",
);
const LATTICE: Option<&str> =
    Some("https://docs.aws.amazon.com/vpc-lattice/latest/ug/lambda-functions.html");

impl Change {
    /// All changes of all gateways.
    pub const ALL: &'static [Change] = &[
        request(
            "body-whole",
            &[
                RestApi,
                HttpApiV1,
                HttpApi,
                FunctionUrl,
                Alb,
                AlbMultiValue,
                Lattice,
                LatticeV1,
            ],
            "A body comes whole: with `Content-Length`, and without `Transfer-Encoding`.",
            REST_FORMAT,
        ),
        request(
            "forwarded-for",
            &[
                RestApi,
                HttpApiV1,
                HttpApi,
                FunctionUrl,
                Alb,
                AlbMultiValue,
                Lattice,
                LatticeV1,
            ],
            "The client's address is appended to `X-Forwarded-For`.",
            ALB,
        ),
        request(
            "forwarded",
            &[RestApi, HttpApiV1, HttpApi, FunctionUrl, Alb, AlbMultiValue],
            "`X-Forwarded-Port`, `X-Forwarded-Proto` and `X-Amzn-Trace-Id` are added.",
            ALB,
        ),
        request(
            "tls",
            &[FunctionUrl],
            "`x-amzn-tls-version` and `x-amzn-tls-cipher-suite` are added.",
            URL_FORMAT,
        ),
        request(
            "length-always",
            &[HttpApi, HttpApiV1],
            "`Content-Length` is there without a body as well, as `0`.",
            HTTP_FORMAT,
        ),
        request(
            "path-decoded",
            &[HttpApi, HttpApiV1],
            "The path is percent-decoded, once: `%2F` becomes a `/`, and what follows a decoded \
             `?` is cut off; what is not UTF-8 then becomes U+FFFD. liftgate encodes it again, as little as is needed.",
            None,
        ),
        request(
            "slashes-at-the-start",
            &[RestApi],
            "Of several slashes at the start of the path, one is left.",
            None,
        ),
        request(
            "query-empty",
            &[
                RestApi,
                HttpApiV1,
                HttpApi,
                FunctionUrl,
                Alb,
                AlbMultiValue,
                Lattice,
                LatticeV1,
            ],
            "A `?` with nothing behind it does not arrive.",
            None,
        ),
        request(
            "query-semicolon",
            &[RestApi],
            "`;` separates the pairs of a query, as `&` does.",
            KNOWN_ISSUES,
        ),
        request(
            "query-decoded",
            &[RestApi, HttpApiV1],
            "The query comes decoded, grouped by name, and not in its order. What is not UTF-8 \
             then becomes U+FFFD. liftgate encodes it again: `+` comes as `%20`, and `?a` as `?a=`.",
            REST_FORMAT,
        ),
        request(
            "query-refused",
            &[RestApi],
            "A query with a vertical bar, `{` or `}` that is not encoded is refused with 400.",
            KNOWN_ISSUES,
        ),
        request(
            "query-grouped",
            &[AlbMultiValue, Lattice],
            "The query comes grouped by name, and not in its order. `?a` comes as `?a=`.",
            ALB,
        ),
        request(
            "query-last",
            &[Alb, LatticeV1],
            "Of a name that the query has more than once, the last value is left. The names are \
             not in their order, and `?a` comes as `?a=`.",
            ALB,
        ),
        request(
            "headers-dropped",
            &[RestApi],
            "`Connection`, `Content-MD5`, `Expect`, `Max-Forwards`, `Proxy-Authenticate`, \
             `Server`, `TE`, `Trailer`, `Upgrade` and `WWW-Authenticate` do not arrive.",
            KNOWN_ISSUES,
        ),
        request(
            "connection-dropped",
            &[HttpApi, HttpApiV1, FunctionUrl],
            "`Connection` does not arrive.",
            None,
        ),
        request(
            "signature-dropped",
            &[RestApi, FunctionUrl],
            "`Authorization` does not arrive if it is a signature of AWS's.",
            KNOWN_ISSUES,
        ),
        request(
            "method-override",
            &[RestApi],
            "`X-HTTP-Method-Override` is the method, if it is one of those that a REST API has.",
            KNOWN_ISSUES,
        ),
        request(
            "values-joined",
            &[HttpApi, FunctionUrl],
            "The values of a header that comes more than once are joined by `,`.",
            HTTP_FORMAT,
        ),
        request(
            "values-joined-by-space",
            &[LatticeV1],
            "The values of a header that comes more than once are joined by `, `.",
            LATTICE,
        ),
        request(
            "value-last",
            &[Alb],
            "Of a header that comes more than once, the last value is left.",
            ALB,
        ),
        request(
            "cookies-apart",
            &[HttpApi],
            "Cookies come one by one. liftgate joins them by `; `, whatever stood between them.",
            HTTP_FORMAT,
        ),
        request(
            "cookies-joined",
            &[FunctionUrl],
            "Several `Cookie` headers come as one, joined by `; `.",
            URL_FORMAT,
        ),
        request(
            "header-latin-1",
            &[RestApi, HttpApiV1, HttpApi, FunctionUrl, Lattice, LatticeV1],
            "A header that is not UTF-8 is taken for Latin-1, and comes in UTF-8.",
            None,
        ),
        request(
            "not-utf-8",
            &[Alb, AlbMultiValue],
            "A request with a header, or a body of text, that is not UTF-8 is refused with 400.",
            ALB,
        ),
        request(
            "lattice-identity",
            &[Lattice, LatticeV1],
            "`x-amzn-lattice-*` headers of the client's do not arrive.",
            LATTICE,
        ),
        response(
            "type-implied",
            &[RestApi, HttpApi, HttpApiV1, FunctionUrl],
            "A response without a `Content-Type` gets one: `application/json`, from an HTTP API \
             `text/plain;charset=UTF-8`.",
            REST_FORMAT,
        ),
        response(
            "headers-remapped",
            &[RestApi],
            "`Authorization`, `Content-MD5`, `Date`, `Max-Forwards`, `Server`, `User-Agent` and \
             `WWW-Authenticate` arrive as `x-amzn-Remapped-<name>`; `Expect`, `Host`, \
             `Proxy-Authenticate`, `TE`, `Trailer` and `Via` do not arrive.",
            KNOWN_ISSUES,
        ),
        response(
            "headers-remapped-url",
            &[FunctionUrl],
            "`Connection`, `Content-Length`, `Date`, `Server` and `WWW-Authenticate` arrive as `x-amzn-Remapped-<name>`.",
            None,
        ),
        response(
            "response-values-joined",
            &[HttpApi, FunctionUrl, Alb, Lattice, LatticeV1],
            "There is one value of each header but `Set-Cookie`: liftgate joins several by `, `.",
            HTTP_FORMAT,
        ),
        response(
            "hop-by-hop",
            &[
                RestApi,
                HttpApiV1,
                HttpApi,
                FunctionUrl,
                Alb,
                AlbMultiValue,
                Lattice,
                LatticeV1,
            ],
            "`Connection`, `Keep-Alive`, `Proxy-Connection`, `TE`, `Trailer`, \
             `Transfer-Encoding` and `Upgrade` stay behind, and `Content-Length` is counted anew.",
            ALB,
        ),
        response(
            "response-header-latin-1",
            &[
                RestApi,
                HttpApiV1,
                HttpApi,
                FunctionUrl,
                Alb,
                AlbMultiValue,
                Lattice,
                LatticeV1,
            ],
            "A header that is not UTF-8 is taken for Latin-1, and arrives in UTF-8.",
            None,
        ),
        response(
            "ids",
            &[RestApi],
            "`x-amzn-RequestId`, `x-amz-apigw-id` and `X-Amzn-Trace-Id` are added.",
            None,
        ),
        response(
            "ids-http",
            &[HttpApi, HttpApiV1],
            "`apigw-requestid` is added.",
            None,
        ),
        response(
            "ids-url",
            &[FunctionUrl],
            "`x-amzn-RequestId` and `x-amzn-trace-id` are added.",
            None,
        ),
        response(
            "server",
            &[Alb, AlbMultiValue],
            "`Server` is `awselb/2.0`, unless the app says otherwise.",
            None,
        ),
    ];

    /// The whole list in Markdown, a table for each way.
    ///
    /// # Examples
    ///
    /// ```
    /// let table = liftgate::local::Change::table();
    /// assert!(table.contains("| `http`, `http-v1` | The path is percent-decoded"));
    /// ```
    pub fn table() -> String {
        Change::table_of(Change::ALL)
    }

    /// Some of the list in Markdown, a table for each way.
    pub fn table_of<'a>(changes: impl IntoIterator<Item = &'a Change>) -> String {
        let (request, response): (Vec<&Change>, Vec<&Change>) = changes
            .into_iter()
            .partition(|change| change.side == Side::Request);
        let sides = [("request", request), ("response", response)];
        let tables = sides.map(|(title, changes)| {
            let rows: String = changes.iter().map(|change| change.row()).collect();
            format!("| gateway | what it changes of a {title} | as in |\n|---|---|---|\n{rows}")
        });
        tables.join("\n")
    }

    fn row(&self) -> String {
        let names: Vec<_> = self.kinds.iter().map(|kind| format!("`{kind}`")).collect();
        let source = self.source.map_or_else(
            || "recordings".to_owned(),
            |url| format!("[AWS's docs]({url})"),
        );
        format!("| {} | {} | {source} |\n", names.join(", "), self.what)
    }
}

const fn request(
    id: &'static str,
    kinds: &'static [Kind],
    what: &'static str,
    source: Option<&'static str>,
) -> Change {
    Change {
        id,
        kinds,
        side: Side::Request,
        what,
        source,
    }
}

const fn response(
    id: &'static str,
    kinds: &'static [Kind],
    what: &'static str,
    source: Option<&'static str>,
) -> Change {
    Change {
        id,
        kinds,
        side: Side::Response,
        what,
        source,
    }
}
