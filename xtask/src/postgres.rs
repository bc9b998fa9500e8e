//! A throw-away PostgreSQL: a cluster in a temporary folder, on a free port, gone when it is dropped.
//!
//! A guardian process stops and deletes it as soon as its standard input ends, so that nothing stays however this program
//! ends. Without `fsync` it is quick, and what it committed still survives the death of its processes.

use std::{
    fs::OpenOptions,
    io::Write,
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use anyhow::Context;

use crate::{
    command::{command, output, quietly},
    setup,
    workspace::Workspace,
};

/// The variable that names the server to tests.
pub(crate) const POSTGRES_VARIABLE: &str = "KINORA_TEST_POSTGRES";
/// The variable that tells tests how to kill and restart it, a line for `sh -c`.
pub(crate) const RESTART_VARIABLE: &str = "KINORA_TEST_PG_CTL";

/// Enough for every test at once.
const CONNECTIONS_MAX: u32 = 300;
/// Below the ports that systems give to outgoing connections: a restart must find its port free.
const PORTS: std::ops::Range<u16> = 20_000..32_000;

/// A running PostgreSQL.
pub(crate) struct Postgres {
    programs: PathBuf,
    folder: PathBuf,
    user: Vec<String>,
    port: u16,
    guardian: Child,
}

impl Postgres {
    /// Starts one; installs Debian's package where there is none and that is allowed.
    pub(crate) fn start(workspace: &Workspace) -> anyhow::Result<Self> {
        let programs = setup::postgres(workspace)?;
        let user = unprivileged()?;
        let port = free_port()?;
        let folder = quietly(as_user(&user, "mktemp").args(["-d", "-t", "kinora-postgres.XXXXXX"]))?;
        let folder = PathBuf::from(folder.trim());
        // Signals of the terminal reach the guardian too, which has its work before it then.
        let script = r#"trap '' HUP INT TERM; cat; "$1/pg_ctl" -D "$2/data" -m immediate stop; rm -rf "$2""#;
        let guardian = as_user(&user, "sh")
            .args(["-c", script, "guardian"])
            .args([&programs, &folder])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .context("cannot start PostgreSQL's guardian")?;
        let postgres = Self { programs, folder, user, port, guardian };
        postgres.initialise()?;
        let mut start = postgres.program("pg_ctl");
        quietly(start.args(postgres.control(&["start"]))).context("PostgreSQL does not start")?;
        eprintln!("    Started PostgreSQL on port {port}");
        Ok(postgres)
    }

    /// Its address for a superuser.
    pub(crate) fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.port)
    }

    /// A line for `sh -c` that kills it and starts it again.
    pub(crate) fn restart_command(&self) -> String {
        let program = self.programs.join("pg_ctl");
        let words = self.user.iter().cloned().chain([text(&program)]);
        let words = words.chain(self.control(&["-m", "immediate", "restart"]));
        words.map(|word| format!("'{}'", word.replace('\'', r"'\''"))).collect::<Vec<_>>().join(" ")
    }

    /// A command whose tests find it.
    pub(crate) fn tell<'c>(&self, tests: &'c mut Command) -> &'c mut Command {
        tests.env(POSTGRES_VARIABLE, self.url()).env(RESTART_VARIABLE, self.restart_command())
    }

    fn initialise(&self) -> anyhow::Result<()> {
        let data = self.folder.join("data");
        let mut initdb = self.program("initdb");
        initdb.args(["--auth=trust", "--username=postgres", "--encoding=UTF8", "--no-locale", "--no-sync", "-D"]);
        quietly(initdb.arg(&data)).context("PostgreSQL's cluster can't be made")?;
        let settings = format!(
            "port = {}\nlisten_addresses = '127.0.0.1'\nunix_socket_directories = ''\nmax_connections = {CONNECTIONS_MAX}\n\
             fsync = off\nfull_page_writes = off\n",
            self.port
        );
        let mut file = OpenOptions::new().append(true).open(data.join("postgresql.conf"))?;
        Ok(file.write_all(settings.as_bytes())?)
    }

    fn control(&self, arguments: &[&str]) -> Vec<String> {
        let (data, log) = (text(&self.folder.join("data")), text(&self.folder.join("log")));
        let options = ["-s", "-w", "-D", &data, "-l", &log];
        options.iter().chain(arguments).map(|word| (*word).to_owned()).collect()
    }

    fn program(&self, name: &str) -> Command {
        as_user(&self.user, &text(&self.programs.join(name)))
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        drop(self.guardian.stdin.take());
        // Nobody is left to tell; the guardian cleans up whether it is waited for or not.
        let _ = self.guardian.wait();
    }
}

/// What runs a program as somebody PostgreSQL accepts: it refuses root.
fn unprivileged() -> anyhow::Result<Vec<String>> {
    let root = Path::new("/");
    if !setup::is_root() {
        return Ok(Vec::new());
    }
    let groups = ["postgres", "nobody"].map(|user| (user, output(&mut command(root, "id", ["-gn", user]))));
    let found = groups.into_iter().find_map(|(user, group)| Some((user, group?)));
    let (user, group) =
        found.context("PostgreSQL refuses root, and there is neither a user `postgres` nor `nobody`")?;
    let (user, group) = (format!("--reuid={user}"), format!("--regid={}", group.trim()));
    Ok(vec!["setpriv".to_owned(), user, group, "--clear-groups".to_owned()])
}

fn as_user(user: &[String], program: &str) -> Command {
    let words: Vec<&str> = user.iter().map(String::as_str).chain([program]).collect();
    // The working folder is one that everybody may enter.
    command(Path::new("/"), words[0], &words[1..])
}

fn free_port() -> anyhow::Result<u16> {
    // Programs that start at the same time look in different places.
    let span = PORTS.end - PORTS.start;
    let first = u16::try_from(std::process::id() % u32::from(span))?;
    let mut ports = (0..span).map(|number| PORTS.start + (first + number) % span);
    let free = ports.find(|port| TcpListener::bind(("127.0.0.1", *port)).is_ok());
    free.context("no port is free for PostgreSQL")
}

fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use std::net::TcpStream;

    use super::*;

    #[test]
    fn a_cluster_answers_restarts_and_leaves_nothing() {
        let postgres = Postgres::start(&Workspace::find().unwrap()).unwrap();
        let (folder, port) = (postgres.folder.clone(), postgres.port);
        let first = std::fs::read_to_string(folder.join("data/postmaster.pid")).unwrap();
        quietly(Command::new("sh").args(["-c", &postgres.restart_command()])).unwrap();
        let second = std::fs::read_to_string(folder.join("data/postmaster.pid")).unwrap();
        assert_ne!(first.lines().next(), second.lines().next());
        TcpStream::connect(("127.0.0.1", port)).unwrap();
        drop(postgres);
        assert!(TcpStream::connect(("127.0.0.1", port)).is_err());
        assert!(!folder.exists());
    }
}
