use std::collections::BTreeMap;
use std::net::IpAddr;
use std::path::PathBuf;

use http::uri::PathAndQuery;

use super::address::LOCALHOST;
use super::paths::is_root;
use super::{Address, Compression, Config, OnExit};

/// What was read so far. What several variables say together stands beside the rest.
#[derive(Debug, Default)]
pub(super) struct Draft {
    pub(super) config: Config,
    pub(super) port: Option<u16>,
    pub(super) hosts: Option<Vec<IpAddr>>,
    pub(super) socket: Option<PathBuf>,
    pub(super) check_port: Option<u16>,
    pub(super) check_path: Option<PathAndQuery>,
    pub(super) check_is_tcp: Option<bool>,
    pub(super) compresses: bool,
    pub(super) compression: Compression,
    pub(super) ends: bool,
    pub(super) restart_limit: Option<u32>,
}

type Set = BTreeMap<&'static str, &'static str>;

impl Draft {
    /// Puts together what several variables say. `set` has the name by which each was found.
    pub(super) fn finish(mut self, set: Set, initialization: Option<&str>) -> Config {
        self.addresses(&set);
        self.check(&set);
        self.compress(&set);
        self.exit(&set);
        let unhurried =
            initialization.filter(|kind| matches!(*kind, "snap-start" | "provisioned-concurrency"));
        if let Some(kind) = unhurried.filter(|_| self.config.async_init) {
            self.config.async_init = false;
            let reason = format!("with {kind}, no request waits for the start");
            self.idle(&set, &["AWS_LWA_ASYNC_INIT"], &reason);
        }
        if self.config.events.iter().any(is_root) {
            let warning = "events go to the root of the app, which no client can then ask for";
            self.warn(warning.to_owned());
        }
        self.config.set = set;
        self.config
    }

    pub(super) fn warn(&mut self, warning: String) {
        self.config.warnings.push(warning);
    }

    /// Warns if a variable is set that has no effect.
    fn idle(&mut self, set: &Set, names: &[&str], reason: &str) {
        for name in names.iter().filter_map(|name| set.get(name)) {
            self.warn(format!("{name} is ignored: {reason}"));
        }
    }

    fn addresses(&mut self, set: &Set) {
        let hosts = self.hosts.as_deref().unwrap_or(&LOCALHOST);
        let tcp = |port| Address::tcp(hosts, port);
        let address = match self.socket.take() {
            Some(path) => Address::Unix(path),
            None => tcp(self.port),
        };
        self.config.readiness.address = match self.check_port {
            Some(port) => tcp(Some(port)),
            None => address.clone(),
        };
        if matches!(address, Address::Unix(_)) {
            // PORT and HOST are set by whoever runs containers, for whatever runs in them.
            for name in ["AWS_LWA_PORT", "AWS_LWA_HOST"] {
                let is_meant = set.get(name) == Some(&name);
                let is_used = name == "AWS_LWA_HOST" && self.check_port.is_some();
                if is_meant && !is_used {
                    self.idle(set, &[name], "LIFTGATE_SOCKET is set");
                }
            }
        }
        self.config.address = address;
    }

    fn check(&mut self, set: &Set) {
        const PATH: &str = "AWS_LWA_READINESS_CHECK_PATH";
        const HEALTHY: &str = "AWS_LWA_READINESS_CHECK_HEALTHY_STATUS";

        let is_asked = [PATH, HEALTHY].iter().any(|name| set.contains_key(name));
        self.config.readiness.path = match self.check_is_tcp {
            Some(true) => {
                let reason = "AWS_LWA_READINESS_CHECK_PROTOCOL is `tcp`, so a connection is enough";
                self.idle(set, &[PATH, HEALTHY], reason);
                None
            }
            None if !is_asked => None,
            _ => {
                let path = self.check_path.take();
                Some(path.unwrap_or(PathAndQuery::from_static("/")))
            }
        };
    }

    fn compress(&mut self, set: &Set) {
        if !self.compresses {
            let names = ["LIFTGATE_COMPRESSION", "LIFTGATE_REST_BINARY"];
            self.idle(set, &names, "AWS_LWA_ENABLE_COMPRESSION is not `true`");
        } else if !cfg!(feature = "compression") {
            let names = ["AWS_LWA_ENABLE_COMPRESSION"];
            self.idle(set, &names, "this program was built without compression");
        } else {
            let Compression { br, zstd, .. } = &mut self.compression;
            for (is_named, name, feature, is_there) in [
                (br, "br", "brotli", cfg!(feature = "brotli")),
                (zstd, "zstd", "zstd", cfg!(feature = "zstd")),
            ] {
                if *is_named && !is_there {
                    let warning = format!(
                        "LIFTGATE_COMPRESSION: `{name}` is left out, since this program was built \
                         without the feature `{feature}`"
                    );
                    self.config.warnings.push(warning);
                    *is_named = false;
                }
            }
            self.config.compression = Some(self.compression);
        }
    }

    fn exit(&mut self, set: &Set) {
        self.config.on_exit = match (self.ends, self.restart_limit) {
            (true, _) => {
                let reason = "LIFTGATE_ON_EXIT is `end`";
                self.idle(set, &["LIFTGATE_RESTART_LIMIT"], reason);
                OnExit::End
            }
            (false, Some(limit)) => OnExit::Restart { limit },
            (false, None) => OnExit::default(),
        };
    }
}
