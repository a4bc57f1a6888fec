#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| vapi_sync_fuzz::drivers::audit_log(bytes));
