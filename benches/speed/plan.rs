//! A plan with nothing to do, of 1,000 agents at 50 ms latency, beside a client that only fetches the same pages.

use std::time::Duration;

use vapi_sync::emulator::{Config, DEFAULT_KEY};

use crate::bed::{Prompts, best, clock, fleet, report, silent};

pub fn run() {
    let config = Config { latency: Duration::from_millis(50), ..Config::default() };
    let world = fleet(1000, 2000, Prompts::InTheFile, config);
    silent(&mut world.command(&["plan"]));
    let pages: Vec<String> = world.taken().iter().map(|hit| format!("{}?{}", hit.path, hit.query)).collect();
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
    let ideal = best(|| clock(|| runtime.block_on(fetch(&world.vapi.base_url(), &pages))));
    let ours = best(|| clock(|| silent(&mut world.command(&["plan"]))));
    let details = format!("{ours:.0?} against {ideal:.0?} for {} pages", pages.len());
    report("no-op plan of 1,000 agents", ours.as_secs_f64() / ideal.as_secs_f64(), 1.3, &details);
}

/// Fetches the pages of each list one after the other, the lists side by side.
async fn fetch(base: &str, pages: &[String]) {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = reqwest::Client::builder().no_proxy().tls_certs_only([]).build().expect("a client");
    let lists = ["/assistant", "/phone-number"].map(|list| {
        let client = client.clone();
        let pages = pages.iter().filter(move |page| page.starts_with(list));
        async move {
            for page in pages {
                let response = client.get(format!("{base}{page}")).bearer_auth(DEFAULT_KEY).send().await;
                let bytes = response.expect("an answer").bytes().await.expect("a body");
                assert!(bytes.starts_with(b"["));
            }
        }
    });
    futures::future::join_all(lists).await;
}
