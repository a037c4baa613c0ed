//! A private chain: an anvil process that ends with this one, however this one ends, and keeps its state.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use alloy::eips::BlockNumberOrTag;
use alloy::providers::Provider;
use settlement::Timestamp;
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::chain::Chain;
use crate::failure::{Failure, OrFix};

/// The chain id of every private chain here, as anvil's default.
pub const CHAIN_ID: u64 = 31_337;

/// Starts anvil and ends it (with SIGTERM, upon which it writes its state) as soon as our end of its standard input closes: on `stop`, on drop,
/// and by the kernel when this process is killed. Its own process group keeps Ctrl-C away from it while we still need it. The shell gives up its
/// standard output, so that the end of anvil is the end of the output.
const KEEPER: &str = r#""$0" "$@" & pid=$!; exec >&-; read -r _; kill -TERM "$pid" 2>/dev/null; wait "$pid""#;

/// The time of the first block of every chain that is kept, unix seconds: 2026-01-01T00:00:00Z.
pub const GENESIS_TIME: u64 = 1_767_225_600;

/// How often the state is written while it runs: what a power cut can take. Less than a payment needs to become final.
const STATE_INTERVAL_S: u32 = 1;
/// Writing the state at the end takes well under a second.
const STOPS_WITHIN: Duration = Duration::from_secs(10);
/// How long the anvil of an instance that was killed may take to end. Whoever starts a second instance by mistake waits as long to be told.
const CLAIMED_WITHIN: Duration = Duration::from_secs(5);
/// Between two looks whether the process of an earlier instance is gone.
const CLAIM_EVERY: Duration = Duration::from_millis(50);
/// How many lines of output to quote when it does not start.
const QUOTED_LINES: usize = 5;

/// When blocks are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mining {
    /// One per transaction, and none otherwise: for tests that make blocks themselves.
    OnTransaction,
    /// One per interval.
    Every(Duration),
    /// One per transaction and one per interval.
    Mixed(Duration),
}

/// How to start it.
#[derive(Clone, Debug)]
pub struct AnvilOptions {
    /// The native binary.
    pub binary: PathBuf,
    /// 0 is any.
    pub port: u16,
    /// Where the chain is kept; `None` forgets it.
    pub state: Option<PathBuf>,
    /// When blocks are made.
    pub mining: Mining,
}

/// A running chain.
#[derive(Debug)]
pub struct Anvil {
    url: Url,
    process: Child,
    lifeline: Option<ChildStdin>,
    ended: CancellationToken,
}

impl Anvil {
    /// Starts it and waits until it listens.
    ///
    /// # Errors
    /// When it cannot be started, or ends before it listens: mostly because the port is taken.
    pub async fn start(options: &AnvilOptions) -> anyhow::Result<Self> {
        let errors = match &options.state {
            Some(state) => Stdio::from(claim(&log_of(state)).await?),
            None => Stdio::null(),
        };
        let mut process = Command::new("sh")
            .arg("-c")
            .arg(KEEPER)
            .arg(&options.binary)
            .args(arguments(options))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(errors)
            .process_group(0)
            .spawn()
            .or_fix("anvil cannot be started", "check that sh and the Foundry tools can be run here")?;
        let lifeline = process.stdin.take();
        let stdout = process.stdout.take().expect("stdout was asked for as a pipe");
        let mut lines = BufReader::new(stdout).lines();
        let url = match listening(&mut lines).await? {
            Ok(url) => url,
            Err(said) => return Err(ended_early(options, &said)),
        };
        // A pipe that nobody reads would fill and stop it.
        let ended = CancellationToken::new();
        let guard = ended.clone().drop_guard();
        tokio::spawn(async move {
            while let Ok(Some(_)) = lines.next_line().await {}
            drop(guard);
        });
        Ok(Self { url, process, lifeline, ended })
    }

    /// Where its JSON-RPC is; the same port speaks WebSocket.
    #[must_use]
    pub const fn url(&self) -> &Url {
        &self.url
    }

    /// Cancelled when it has ended, for whatever reason.
    #[must_use]
    pub fn ended(&self) -> CancellationToken {
        self.ended.clone()
    }

    /// Lets it write its state and waits for its end.
    ///
    /// # Errors
    /// When it does not end in time.
    pub async fn stop(mut self) -> anyhow::Result<()> {
        drop(self.lifeline.take());
        let ended = tokio::time::timeout(STOPS_WITHIN, self.process.wait()).await;
        ended
            .or_fix("anvil does not end", "end it by hand; its last seconds may be lost")?
            .or_fix("anvil cannot be waited for", "look for it among the processes")?;
        Ok(())
    }
}

/// The log of the chain, locked until every process that has it open is gone: of an instance that was killed, anvil lives on for as long as it
/// writes its state, and a second one must neither read nor write that file meanwhile.
pub(super) async fn claim(log: &Path) -> anyhow::Result<File> {
    let opened = File::options().create(true).append(true).open(log);
    let file = opened.or_fix(format!("cannot write {}", log.display()), "choose another --data-dir")?;
    let deadline = tokio::time::Instant::now() + CLAIMED_WITHIN;
    while let Err(error) = file.try_lock() {
        if tokio::time::Instant::now() > deadline {
            let failure = Failure::new("another instance uses this chain", "stop it, or choose another --data-dir");
            let source = matches!(error, TryLockError::Error(_)).then(|| error.into());
            return Err(Failure { source, ..failure }.into());
        }
        tokio::time::sleep(CLAIM_EVERY).await;
    }
    file.set_len(0).or_fix(format!("cannot empty {}", log.display()), "look whether the disk is full")?;
    Ok(file)
}

fn arguments(options: &AnvilOptions) -> Vec<String> {
    let mut arguments: Vec<String> = ["--host", "127.0.0.1", "--chain-id", &CHAIN_ID.to_string(), "--port", &options.port.to_string()].map(Into::into).into();
    let mut seconds = |interval: Duration| arguments.extend(["--block-time".to_owned(), format!("{}", interval.as_secs_f64())]);
    match options.mining {
        Mining::OnTransaction => {}
        Mining::Every(interval) => seconds(interval),
        Mining::Mixed(interval) => {
            seconds(interval);
            arguments.push("--mixed-mining".to_owned());
        }
    }
    if let Some(state) = &options.state {
        // Anvil makes a genesis block at each start and keeps the newest: unless all are the same, block 1 has lost its parent.
        arguments.extend(["--timestamp".to_owned(), GENESIS_TIME.to_string()]);
        arguments.extend(["--state".to_owned(), state.display().to_string(), "--state-interval".to_owned(), STATE_INTERVAL_S.to_string()]);
    }
    arguments
}

/// Reads its output up to the line that names the address; all of it when it ends without one.
async fn listening(lines: &mut Lines<BufReader<ChildStdout>>) -> anyhow::Result<Result<Url, String>> {
    let mut said = String::new();
    while let Some(line) = lines.next_line().await.or_fix("anvil's output cannot be read", "start it again")? {
        if let Some(address) = line.trim().strip_prefix("Listening on ") {
            let url = format!("http://{address}").parse().or_fix(format!("anvil listens on {address:?}"), "use the pinned Foundry tools")?;
            return Ok(Ok(url));
        }
        said.push_str(&line);
        said.push('\n');
    }
    Ok(Err(said))
}

fn ended_early(options: &AnvilOptions, said: &str) -> anyhow::Error {
    let log = options.state.as_ref().and_then(|state| fs::read_to_string(log_of(state)).ok()).unwrap_or_default();
    let all: Vec<&str> = said.lines().chain(log.lines()).map(str::trim).filter(|line| !line.is_empty()).collect();
    let quoted = all[all.len().saturating_sub(QUOTED_LINES)..].join("\n");
    let what = format!("anvil ended instead of listening on port {}", options.port);
    let fix = "if the port is taken, choose another with --rpc-port, or 0 for any";
    Failure { source: (!quoted.is_empty()).then(|| anyhow::Error::msg(quoted)), ..Failure::new(what, fix) }.into()
}

/// What anvil complains about is written beside its state.
fn log_of(state: &Path) -> PathBuf {
    state.with_extension("log")
}

/// Sets the chain's clock, which begins again at [`GENESIS_TIME`] whenever anvil starts. Block time never goes back.
///
/// # Errors
/// When the chain does not answer.
pub async fn set_clock(chain: &Chain, now: Timestamp) -> anyhow::Result<()> {
    let newest = chain.get_block_by_number(BlockNumberOrTag::Latest).await?.map_or(0, |block| block.header.timestamp);
    let _offset: serde_json::Value = chain.raw_request("evm_setTime".into(), [now.unix_seconds().max(newest)]).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chain::connect;
    use crate::config::SecretUrl;
    use alloy::providers::ProviderBuilder;

    async fn start(state: Option<PathBuf>) -> Anvil {
        let binary = crate::foundry::anvil(|_| {}).await.unwrap();
        Anvil::start(&AnvilOptions { binary, port: 0, state, mining: Mining::OnTransaction }).await.unwrap()
    }

    async fn mine(url: &Url, blocks: u64) {
        let provider = ProviderBuilder::new().connect_http(url.clone());
        let _nothing: serde_json::Value = provider.raw_request("anvil_mine".into(), [blocks]).await.unwrap();
    }

    async fn height(url: &Url) -> u64 {
        ProviderBuilder::new().connect_http(url.clone()).get_block_number().await.unwrap()
    }

    #[tokio::test]
    async fn a_chain_outlives_its_process() {
        let folder = tempfile::tempdir().unwrap();
        let state = Some(folder.path().join("chain.json"));
        let first = start(state.clone()).await;
        mine(first.url(), 7).await;
        first.stop().await.unwrap();
        let second = start(state).await;
        assert_eq!(height(second.url()).await, 7);
    }

    #[tokio::test]
    async fn a_chain_that_is_started_again_is_the_same_from_its_first_block_on_and_its_clock_goes_on() {
        let folder = tempfile::tempdir().unwrap();
        let state = Some(folder.path().join("chain.json"));
        let now = |seconds: u64| Timestamp::from_unix_seconds(1_800_000_000 + seconds);
        let mut chains = Vec::new();
        for (seconds, expected) in [(0, 0), (100, 100), (50, 100)] {
            let anvil = start(state.clone()).await;
            let chain = connect(&SecretUrl::new(anvil.url().as_str()), None).unwrap();
            set_clock(&chain, now(seconds)).await.unwrap();
            mine(anvil.url(), 1).await;
            let newest = chain.get_block_by_number(BlockNumberOrTag::Latest).await.unwrap().unwrap().header.timestamp;
            assert!((expected..expected + 10).contains(&(newest - 1_800_000_000)), "{newest}");
            let hash = |number: u64| {
                let chain = chain.clone();
                async move { chain.get_block_by_number(number.into()).await.unwrap().unwrap().header }
            };
            assert_eq!(hash(1).await.parent_hash, hash(0).await.hash);
            chains.push(hash(0).await.hash);
            anvil.stop().await.unwrap();
        }
        assert!(chains.windows(2).all(|pair| pair[0] == pair[1]), "{chains:?}");
    }

    #[tokio::test]
    async fn a_chain_that_is_dropped_ends_and_keeps_its_state() {
        let folder = tempfile::tempdir().unwrap();
        let state = folder.path().join("chain.json");
        let mut chain = start(Some(state.clone())).await;
        mine(chain.url(), 3).await;
        drop(chain.lifeline.take());
        tokio::time::timeout(STOPS_WITHIN, chain.ended.cancelled()).await.expect("closing its standard input ends it");
        assert_eq!(height(start(Some(state)).await.url()).await, 3);
    }

    #[tokio::test]
    async fn the_next_one_waits_until_the_one_before_has_written_its_state() {
        let folder = tempfile::tempdir().unwrap();
        let state = Some(folder.path().join("chain.json"));
        let first = start(state.clone()).await;
        mine(first.url(), 50).await;
        drop(first);
        let second = start(state).await;
        assert_eq!(height(second.url()).await, 50);
    }

    #[tokio::test]
    async fn a_port_that_is_taken_is_said_so() {
        let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = taken.local_addr().unwrap().port();
        let binary = crate::foundry::anvil(|_| {}).await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        let options = AnvilOptions { binary, port, state: Some(folder.path().join("chain.json")), mining: Mining::OnTransaction };
        let error = tokio::time::timeout(STOPS_WITHIN, Anvil::start(&options)).await.expect("it says so instead of waiting").unwrap_err();
        assert_eq!(error.to_string(), format!("anvil ended instead of listening on port {port}"));
        assert!(format!("{error:#}").contains("Address already in use"), "{error:#}");
        assert!(crate::failure::fix_of(&error).unwrap().contains("--rpc-port"));
    }
}
