//! Where things are. Commands run with the repository as their working directory, so most paths are relative to it.

use std::{
    env,
    fs::{self, File},
    io,
    path::PathBuf,
};

/// Everything that was brought or built for the project's commands.
pub(crate) const TOOLS: &str = "target/tools";

/// The repository.
pub(crate) fn root() -> PathBuf {
    let here = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    here.parent().map_or(here.clone(), PathBuf::from)
}

/// A folder or file below [`TOOLS`], absolute.
pub(crate) fn tool(path: &str) -> PathBuf {
    root().join(TOOLS).join(path)
}

/// Waits until no other run brings or builds tools; that lasts as long as the value.
pub(crate) fn lock_tools() -> io::Result<File> {
    fs::create_dir_all(tool(""))?;
    let file = File::create(tool(".lock"))?;
    file.lock()?;
    Ok(file)
}

/// Whether a program is on the PATH.
pub(crate) fn find_program(name: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    env::split_paths(&path).map(|folder| folder.join(name)).find(|file| file.is_file())
}

#[cfg(test)]
mod tests {
    use std::{sync::mpsc, thread, time::Duration};

    use super::lock_tools;

    #[test]
    fn tools_are_brought_by_one_run_at_a_time() {
        let first = lock_tools().unwrap();
        let (sender, second) = mpsc::channel();
        thread::spawn(move || sender.send(lock_tools().is_ok()));
        assert!(second.recv_timeout(Duration::from_millis(100)).is_err());
        drop(first);
        // Another run of the project's may hold it meanwhile.
        assert!(second.recv_timeout(Duration::from_mins(10)).unwrap());
    }
}
