//! A PostgreSQL server of a test's own.

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::{PermissionsExt as _, chown};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use sqlx::any::install_default_drivers;
use sqlx::{AnyConnection, Connection as _};
use tokio::time::{sleep, timeout};

static SERVERS: AtomicU32 = AtomicU32::new(0);

const LONG: Duration = Duration::from_secs(60);

/// A server, which ends with the test, and its files with it.
pub struct Server {
    programs: PathBuf,
    directory: PathBuf,
    port: u16,
    process: Child,
}

impl Server {
    /// A server, if PostgreSQL is installed.
    pub async fn start() -> Option<Self> {
        install_default_drivers();
        let programs = programs()?;
        let number = SERVERS.fetch_add(1, Ordering::Relaxed);
        let name = format!("example-database-{}-{number}", std::process::id());
        // Not below this package, where another user may not come.
        let directory = std::env::temp_dir().join(name);
        fs::create_dir(&directory).unwrap();
        fs::set_permissions(&directory, fs::Permissions::from_mode(0o700)).unwrap();
        if let Some((user, group)) = stand_in() {
            chown(&directory, Some(user), Some(group)).unwrap();
        }
        let made = command(&programs.join("initdb"))
            .args([
                "--auth=trust",
                "--username=test",
                "--no-sync",
                "--locale=C",
                "--encoding=UTF8",
            ])
            .arg("-D")
            .arg(&directory)
            .output()
            .unwrap();
        assert!(made.status.success(), "{made:?}");
        let port = free_port();
        let process = run(&programs, &directory, port);
        let server = Server {
            programs,
            directory,
            port,
            process,
        };
        server.connect().await;
        Some(server)
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    pub fn url(&self) -> String {
        format!(
            "postgres://test@127.0.0.1:{}/postgres?sslmode=disable",
            self.port
        )
    }

    /// A connection, as soon as the server takes any.
    async fn connect(&self) -> AnyConnection {
        for _ in 0..600 {
            let connection = timeout(LONG, AnyConnection::connect(&self.url())).await;
            if let Ok(Ok(connection)) = connection {
                return connection;
            }
            sleep(Duration::from_millis(50)).await;
        }
        panic!("the server does not start");
    }

    /// What a query gives of all connections but its own: how many they are, say.
    async fn of_clients(&self, what: &str) -> i64 {
        let query = format!(
            "SELECT count({what}) FROM pg_stat_activity \
             WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
        );
        let query = sqlx::query_scalar(sqlx::AssertSqlSafe(query));
        query.fetch_one(&mut self.connect().await).await.unwrap()
    }

    /// How many clients are connected.
    pub async fn clients(&self) -> i64 {
        self.of_clients("*").await
    }

    /// Ends all connections, and tells how many there were.
    pub async fn disconnect(&self) -> i64 {
        // It returns when they are gone, or after the time.
        self.of_clients("CASE WHEN pg_terminate_backend(pid, 10000) THEN 1 END")
            .await
    }

    /// Ends the server, and starts it again.
    pub async fn restart(&mut self) {
        self.signal("-INT");
        assert!(self.process.wait().unwrap().success());
        self.process = run(&self.programs, &self.directory, self.port);
        self.connect().await;
    }

    fn signal(&self, signal: &str) {
        let pid = self.process.id().to_string();
        let sent = Command::new("kill").args([signal, &pid]).status();
        assert!(sent.unwrap().success());
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Its own processes end with it, which `kill` would not see to.
        self.signal("-QUIT");
        let _ = self.process.wait();
        let _ = fs::remove_dir_all(&self.directory);
    }
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

fn run(programs: &Path, directory: &Path, port: u16) -> Child {
    command(&programs.join("postgres"))
        .args([
            "-F",
            "-c",
            "listen_addresses=127.0.0.1",
            "-c",
            "unix_socket_directories=",
        ])
        .arg("-D")
        .arg(directory)
        .args(["-p", &port.to_string()])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// Where `initdb` and `postgres` are: on the path, or where Debian puts them.
fn programs() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten();
    let mut versions: Vec<_> = versions
        .flatten()
        .map(|entry| entry.path().join("bin"))
        .collect();
    versions.sort();
    let mut directories = std::env::split_paths(&path).chain(versions.into_iter().rev());
    directories.find(|directory| {
        let has = |program: &str| directory.join(program).is_file();
        has("initdb") && has("postgres")
    })
}

/// A program of PostgreSQL's, which does not run as root.
fn command(program: &Path) -> Command {
    let Some((user, group)) = stand_in() else {
        return Command::new(program);
    };
    let mut command = Command::new("setpriv");
    command
        .args([format!("--reuid={user}"), format!("--regid={group}")])
        .arg("--clear-groups")
        .arg(program)
        .current_dir("/");
    command
}

/// Who runs it for root: the user that Debian's package has made, or else nobody.
fn stand_in() -> Option<(u32, u32)> {
    let id = |arguments: &[&str]| {
        let output = Command::new("id").args(arguments).output().unwrap();
        String::from_utf8(output.stdout)
            .unwrap()
            .trim()
            .parse()
            .ok()
    };
    if id(&["-u"]) != Some(0) {
        return None;
    }
    let user = |name| Some((id(&["-u", name])?, id(&["-g", name])?));
    user("postgres").or_else(|| user("nobody"))
}
