//! The simulated model of `dspy-sim` as a server that any framework can talk to.

mod http;
mod routes;

use std::io::{self, Write};
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use dspy_sim::{Settings, Simulation, World};
use tokio::net::{TcpListener, TcpStream};

use self::http::Connection;

/// Which world to serve, and how.
#[derive(Clone, Debug)]
pub(crate) struct Sim {
    /// 0 takes any port that is free.
    pub(crate) port: u16,
    pub(crate) settings: Settings,
    /// How long each completion takes.
    pub(crate) latency: Duration,
    /// Whether a repeated request gets the same answer again.
    pub(crate) stateless: bool,
}

/// Serves until it is killed; says first where.
pub(crate) fn run(sim: &Sim) -> io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let simulation = Simulation::new(World::new(sim.settings));
    let simulation = Arc::new(if sim.stateless { simulation.stateless() } else { simulation });
    let latency = sim.latency;
    runtime.block_on(async {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, sim.port));
        let listener = TcpListener::bind(address).await?;
        println!("http://{}/v1", listener.local_addr()?);
        io::stdout().flush()?;
        loop {
            let (stream, _) = listener.accept().await?;
            let simulation = Arc::clone(&simulation);
            // One client's trouble is no other's.
            tokio::spawn(async move { talk(stream, &simulation, latency).await.ok() });
        }
    })
}

async fn talk(stream: TcpStream, simulation: &Simulation, latency: Duration) -> io::Result<()> {
    let mut connection = Connection::new(stream)?;
    while let Some(request) = connection.next().await? {
        connection.answer(&routes::answer(simulation, latency, &request).await).await?;
    }
    Ok(())
}
