//! Takes the web UI anew into the program when its build has changed.

fn main() {
    println!("cargo::rerun-if-changed=ui-dist");
    println!("cargo::rerun-if-changed=build.rs");
}
