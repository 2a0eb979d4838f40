//! Paths. Commands run in the repository's root, so most paths are relative to it.

use std::{
    env,
    fs::{self, File},
    io,
    path::PathBuf,
};

/// The folder of downloaded and built tools.
pub(crate) const TOOLS: &str = "target/tools";

/// The repository's root.
pub(crate) fn root() -> PathBuf {
    let here = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    here.parent().map_or(here.clone(), PathBuf::from)
}

/// The absolute path of a file or folder in [`TOOLS`].
pub(crate) fn tool(path: &str) -> PathBuf {
    root().join(TOOLS).join(path)
}

/// Locks the tools until the returned file is dropped, so that only one command installs them at a time.
pub(crate) fn lock_tools() -> io::Result<File> {
    fs::create_dir_all(tool(""))?;
    let file = File::create(tool(".lock"))?;
    file.lock()?;
    Ok(file)
}

/// Finds a program on the PATH.
pub(crate) fn find_program(name: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    env::split_paths(&path).map(|folder| folder.join(name)).find(|file| file.is_file())
}

#[cfg(test)]
mod tests {
    use std::{sync::mpsc, thread, time::Duration};

    use super::lock_tools;

    #[test]
    fn lock_tools_waits_for_the_other_holder() {
        let first = lock_tools().unwrap();
        let (sender, second) = mpsc::channel();
        thread::spawn(move || sender.send(lock_tools().is_ok()));
        assert!(second.recv_timeout(Duration::from_millis(100)).is_err());
        drop(first);
        // Another command may hold the lock in the meantime.
        assert!(second.recv_timeout(Duration::from_mins(10)).unwrap());
    }
}
