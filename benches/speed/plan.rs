//! A plan with nothing to do, of 1,000 agents with prompts of 2-20 KB at 50 ms latency, beside a client that only fetches the
//! same pages.

use std::collections::BTreeMap;
use std::time::Duration;

use vapi_sync::emulator::{Config, DEFAULT_KEY};

use crate::bed::{Prompts, Sizes, clock, fleet, median, programs, report, silent};

pub fn run() {
    for (place, name, bound) in
        [(Prompts::Included, "prompts in files", 2.0), (Prompts::InTheFile, "prompts inline", 2.5)]
    {
        let config = Config { latency: Duration::from_millis(50), ..Config::default() };
        let world = fleet(1000, Sizes(2000, 20_000), place, config);
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
        for program in programs() {
            silent(&mut program.command(&world, &["plan"]));
            let mut lists: BTreeMap<String, Vec<String>> = BTreeMap::new();
            for hit in world.taken() {
                lists.entry(hit.path.clone()).or_default().push(format!("{}?{}", hit.path, hit.query));
            }
            let ideal = median(|| clock(|| runtime.block_on(fetch(&world.vapi.base_url(), &lists))));
            let ours = median(|| clock(|| silent(&mut program.command(&world, &["plan"]))));
            world.taken();
            let details = format!("{ours:.0?} against {ideal:.0?} for {} lists", lists.len());
            let what = format!("no-op plan of 1,000 agents, {name}");
            report(&program, &what, ours.as_secs_f64() / ideal.as_secs_f64(), bound, &details);
        }
    }
}

/// Fetches the pages of each list one after the other, the lists side by side.
async fn fetch(base: &str, lists: &BTreeMap<String, Vec<String>>) {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = reqwest::Client::builder().no_proxy().tls_certs_only([]).build().expect("a client");
    let lists = lists.values().map(|pages| {
        let client = client.clone();
        async move {
            for page in pages {
                let response = client.get(format!("{base}{page}")).bearer_auth(DEFAULT_KEY).send().await;
                response.expect("an answer").bytes().await.expect("a body");
            }
        }
    });
    futures::future::join_all(lists).await;
}
