//! The program itself, as a process of its own: to be killed, signalled and read.

use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::sync::OnceCell;
use tokio::task::JoinHandle;

/// Longer than an orderly end may take.
const ENDS_WITHIN: Duration = Duration::from_secs(60);

/// A running `counterfoil`.
#[derive(Debug)]
pub struct Program {
    process: Child,
    logs: JoinHandle<String>,
}

/// What a program said and how it ended.
#[derive(Debug)]
pub struct Ended {
    /// How.
    pub status: ExitStatus,
    /// Its standard output, as far as nobody read it before.
    pub stdout: String,
    /// Its standard error.
    pub stderr: String,
}

/// Names a binary that is built already; `.ci/test` sets it.
const BINARY: &str = "COUNTERFOIL_BIN";

/// The binary: the one that is named, or else that of this build.
///
/// # Panics
/// When it cannot be built.
pub async fn binary() -> PathBuf {
    static BUILT: OnceCell<PathBuf> = OnceCell::const_new();
    match std::env::var_os(BINARY) {
        Some(named) => named.into(),
        None => BUILT.get_or_init(build).await.clone(),
    }
}

async fn build() -> PathBuf {
    let output = Command::new(env!("CARGO"))
        .args(["build", "--quiet", "--package", "cli", "--bin", "counterfoil", "--message-format", "json-render-diagnostics"])
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
        .stderr(Stdio::inherit())
        .output()
        .await
        .expect("cargo runs");
    assert!(output.status.success(), "the program is built");
    let said = String::from_utf8(output.stdout).expect("cargo speaks UTF-8");
    let messages = said.lines().filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok());
    messages.filter_map(|message| Some(PathBuf::from(message["executable"].as_str()?))).next_back().expect("cargo names the binary")
}

impl Program {
    /// Starts the program with a configuration file, variables of its environment, and a level of detail of its logs.
    ///
    /// # Panics
    /// When it cannot be started.
    pub async fn start(config: Option<&Path>, environment: &[(&str, &str)], arguments: &[&str], log: &str) -> Self {
        let mut command = Command::new(binary().await);
        if let Some(config) = config {
            command.arg("--config").arg(config);
        }
        command
            .envs(environment.iter().copied())
            .args(arguments)
            .env("RUST_LOG", log)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        let mut process = command.spawn().expect("the program starts");
        let mut stderr = process.stderr.take().expect("stderr was asked for as a pipe");
        let logs = tokio::spawn(async move {
            let mut logs = Vec::new();
            // What was read until the pipe broke is all there is.
            let _ = stderr.read_to_end(&mut logs).await;
            String::from_utf8_lossy(&logs).into_owned()
        });
        Self { process, logs }
    }

    /// The next line of its standard output.
    ///
    /// # Panics
    /// When it ends before it says anything.
    pub async fn line(&mut self) -> String {
        let stdout = self.process.stdout.as_mut().expect("stdout was asked for as a pipe");
        let mut line = String::new();
        BufReader::with_capacity(1, stdout).read_line(&mut line).await.expect("its output can be read");
        assert!(!line.is_empty(), "it ended without a word");
        line
    }

    /// Its process.
    ///
    /// # Panics
    /// When it has ended already.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.process.id().expect("it runs")
    }

    /// Sends a signal, by its name without SIG.
    ///
    /// # Panics
    /// When it has ended already.
    pub async fn signal(&self, name: &str) {
        let pid = self.id().to_string();
        let sent = Command::new("kill").args([format!("-{name}"), pid]).status().await.expect("kill runs");
        assert!(sent.success());
    }

    /// Ends it as a power cut would.
    pub async fn kill(mut self) {
        self.process.kill().await.expect("it can be killed");
    }

    /// Waits for its end.
    ///
    /// # Panics
    /// When it does not end in a minute.
    pub async fn ended(mut self) -> Ended {
        let mut stdout = String::new();
        if let Some(mut pipe) = self.process.stdout.take() {
            tokio::time::timeout(ENDS_WITHIN, pipe.read_to_string(&mut stdout)).await.expect("it ends").expect("its output can be read");
        }
        let status = tokio::time::timeout(ENDS_WITHIN, self.process.wait()).await.expect("it ends").expect("it can be waited for");
        Ended { status, stdout, stderr: self.logs.await.expect("its log can be read") }
    }
}
