//! Runs the dev server and prints its organizations, tokens and instances.

use std::{
    io,
    net::SocketAddr,
    path::{Path, PathBuf},
};

use clap::Parser;
use devserver::{
    Config, Server, instance,
    seed::{self, DEFAULT_ORGANIZATIONS, USERS},
    site::Site,
    store::{Event, Store},
};

/// A mock of the ZITADEL organization API, with the demo page.
#[derive(Debug, Parser)]
#[command(after_help = instance::help())]
struct Arguments {
    /// Address and port to listen on; port 0 stands for a free one
    #[arg(long, default_value = "127.0.0.1:8080", value_name = "ADDRESS:PORT")]
    listen: SocketAddr,
    /// Database file; it is created and filled if it is missing
    #[arg(long, default_value = "target/devserver.sqlite", value_name = "FILE")]
    database: PathBuf,
    /// Checkout to serve www and pkg from
    #[arg(long, default_value = ".", value_name = "FOLDER")]
    root: PathBuf,
    /// Number of organizations in a new database
    #[arg(long, default_value_t = DEFAULT_ORGANIZATIONS, value_name = "N")]
    organizations: usize,
    /// Exit at the end of standard input, and so with the process that started the server
    #[arg(long)]
    until_input_ends: bool,
    /// Print the events of an organization as JSON, one per line, and exit
    #[arg(long, value_name = "ID")]
    events: Option<String>,
}

#[tokio::main]
async fn main() -> io::Result<()> {
    let Arguments { listen, database, root, organizations, until_input_ends, events } = Arguments::parse();
    if let Some(org_id) = events {
        return print_events(&database, &org_id);
    }
    if let Some(folder) = database.parent().filter(|folder| *folder != Path::new("")) {
        std::fs::create_dir_all(folder)?;
    }
    let site = Some(Site::of_checkout(&root));
    let server = Server::bind(Config { listen, database: database.clone(), organizations, site }).await?;
    print_guide(server.address()?, &database);
    tokio::select! {
        never = server.run() => match never {},
        result = tokio::signal::ctrl_c() => result,
        () = input_ends(), if until_input_ends => Ok(()),
    }
}

/// Waits for the end of standard input.
async fn input_ends() {
    let (ended, wait) = tokio::sync::oneshot::channel();
    // A thread of its own, because the runtime would wait for a task before it shuts down.
    std::thread::spawn(move || {
        let _ = io::copy(&mut io::stdin(), &mut io::sink());
        let _ = ended.send(());
    });
    let _ = wait.await;
}

fn print_events(database: &Path, org_id: &str) -> io::Result<()> {
    if !database.exists() {
        return Err(io::Error::new(io::ErrorKind::NotFound, format!("{} does not exist", database.display())));
    }
    let events = Store::open(database, DEFAULT_ORGANIZATIONS)
        .and_then(|store| store.events(org_id))
        .map_err(io::Error::other)?;
    for Event { sequence, kind, created, .. } in events {
        println!(
            "{}",
            serde_json::json!({ "sequence": sequence.to_string(), "type": kind, "created": created.to_string() })
        );
    }
    Ok(())
}

/// Number of organizations that the guide names.
const SHOWN: usize = 7;

fn print_guide(address: SocketAddr, database: &Path) {
    println!("Organizations (state in {}):", database.display());
    for org in seed::orgs(SHOWN) {
        println!("  {}  {:<9} {}", org.id, org.name, org.domain);
    }
    println!("  and more, which the page lists");
    println!("\nTokens:");
    for user in USERS {
        println!("  {:<26} {}", user.token, user.about);
    }
    println!("\n{}", instance::help());
    if !address.ip().is_loopback() {
        println!("\nWarning: everyone who can reach {} can use these tokens.", address.ip());
    }
    // Tools wait for this line, which is the last one.
    println!("\nListening on http://{address}");
}
