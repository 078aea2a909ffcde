//! Tells the service manager how the server is (`Type=notify` of systemd): one datagram to the socket that it names.

use std::io;
use std::os::unix::net::{SocketAddr, UnixDatagram};
use std::path::Path;

/// The server answers.
pub(super) const READY: &str = "READY=1";
/// The server finishes what is under way and ends.
pub(super) const STOPPING: &str = "STOPPING=1";

/// Sends a state. Without a socket nobody wants to know.
pub(super) fn tell(socket: Option<&Path>, state: &str) {
    let Some(socket) = socket else { return };
    if let Err(error) = send(socket, state) {
        tracing::warn!(%error, socket = %socket.display(), "the service manager cannot be told {state}");
    }
}

fn send(socket: &Path, state: &str) -> io::Result<()> {
    UnixDatagram::unbound()?.send_to_addr(state.as_bytes(), &address(socket)?).map(drop)
}

/// A path, or after a @ a name without a file, which Linux has.
fn address(socket: &Path) -> io::Result<SocketAddr> {
    #[cfg(target_os = "linux")]
    if let Some(name) = std::os::unix::ffi::OsStrExt::as_bytes(socket.as_os_str()).strip_prefix(b"@") {
        return <SocketAddr as std::os::linux::net::SocketAddrExt>::from_abstract_name(name);
    }
    SocketAddr::from_pathname(socket)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_state_arrives() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("notify");
        let manager = UnixDatagram::bind(&path).unwrap();
        send(&path, READY).unwrap();
        let mut state = [0; 16];
        let length = manager.recv(&mut state).unwrap();
        assert_eq!(&state[..length], b"READY=1");
        assert!(send(&folder.path().join("nobody"), READY).is_err());
    }
}
