//! Path and query.

use serde_json::json;

use super::{asked, asked_with};
use crate::support::{of_http_api, of_rest};

#[tokio::test]
async fn no_query_can_break_it() {
    let odd = [
        " ", "\"", "<", ">", "`", "{}", "|", "^", "\\", "\u{7f}", "é", "#", "%zz", "?",
    ];
    for odd in odd {
        let query = format!("q=a{odd}b");
        let asked = asked(of_http_api(json!({"rawQueryString": query}))).await;
        let sent = asked
            .target
            .strip_prefix("/?q=a")
            .unwrap()
            .strip_suffix('b');
        let sent = sent.unwrap_or_else(|| panic!("{asked:?}"));
        let escaped: String = odd.bytes().map(|byte| format!("%{byte:02X}")).collect();
        assert!([odd, &escaped].contains(&sent), "{odd:?} is {sent:?}");
        let is_plain = sent.bytes().all(|byte| byte > b' ' && byte != 0x7f);
        assert!(is_plain, "{odd:?} is {sent:?}");
    }
    // Longer than any gateway takes.
    let long = "x".repeat(60_000);
    let asked = asked(of_http_api(json!({"rawQueryString": long}))).await;
    assert_eq!(asked.target.len(), "/?".len() + long.len());
}

#[tokio::test]
async fn the_base_path_is_removed_once_and_in_whole_segments() {
    for (sent, arrives) in [
        ("/api/api/foo", "/api/foo"),
        ("/apiary/x", "/apiary/x"),
        ("/api/foo?x=/api", "/foo?x=/api"),
        ("/api", "/"),
        ("/api/", "/"),
        ("/other", "/other"),
    ] {
        let (path, query) = sent.split_once('?').unwrap_or((sent, ""));
        let event = of_http_api(json!({"rawPath": path, "rawQueryString": query}));
        for name in ["AWS_LWA_REMOVE_BASE_PATH", "REMOVE_BASE_PATH"] {
            let asked = asked_with(&[(name, "/api")], event.clone()).await;
            assert_eq!(asked.target, arrives, "{sent}");
        }
    }
}

#[tokio::test]
async fn the_stage_is_no_part_of_the_path() {
    let event =
        of_rest(json!({"path": "/x", "requestContext": {"stage": "prod", "path": "/prod/x"}}));
    assert_eq!(asked(event).await.target, "/x");
}
