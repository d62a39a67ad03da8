//! Errors of the operating system and lengths of time, in the words that a message uses.

use rustix::io::Errno;
use std::io;
use std::time::Duration;

/// The words for the errors that a person is likely to meet; all others keep the system's own.
const KNOWN: &[(Errno, &str)] = &[
    (Errno::NOENT, "no such file or directory"),
    (Errno::ACCESS, "permission denied"),
    (Errno::PERM, "the system does not permit it"),
    (Errno::NOSPC, "the disk is full"),
    (Errno::DQUOT, "the disk quota is used up"),
    (Errno::ROFS, "the file system is read-only"),
    (Errno::IO, "the disk reported an input/output error"),
    (Errno::EXIST, "it exists already"),
    (Errno::ISDIR, "it is a directory"),
    (Errno::NOTDIR, "a part of the path is not a directory"),
    (Errno::NOTEMPTY, "the directory is not empty"),
    (Errno::BUSY, "it is in use, perhaps as a mount point"),
    (Errno::LOOP, "a symbolic link stands there, or they lead in a circle"),
    (Errno::NAMETOOLONG, "the name is too long"),
    (Errno::MFILE, "too many files are open"),
    (Errno::CONNREFUSED, "connection refused"),
    (Errno::CONNRESET, "the other side cut the connection"),
    (Errno::PIPE, "the other side cut the connection"),
    (Errno::TIMEDOUT, "no answer"),
    (Errno::HOSTUNREACH, "no route to the host"),
    (Errno::NETUNREACH, "the network can't be reached"),
];

/// An error of the operating system as a lower-case fragment, without its number.
pub(super) fn fault(error: &io::Error) -> String {
    let known = Errno::from_io_error(error).and_then(|errno| KNOWN.iter().find(|(known, _)| *known == errno));
    if let Some((_, words)) = known {
        return (*words).to_owned();
    }
    let text = error.to_string();
    let text = text.split(" (os error").next().unwrap_or_default();
    let mut rest = text.chars();
    rest.next().map(|first| first.to_lowercase().chain(rest).collect()).unwrap_or_default()
}

/// A length of time as plans write it: `90s` is `1m30s`, less than a second is in milliseconds.
pub(super) fn span(time: Duration) -> String {
    let (hours, minutes, seconds) = (time.as_secs() / 3600, time.as_secs() / 60 % 60, time.as_secs() % 60);
    if time.as_secs() == 0 {
        return format!("{}ms", time.as_millis());
    }
    [(hours, 'h'), (minutes, 'm'), (seconds, 's')]
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .fold(String::new(), |text, (count, unit)| format!("{text}{count}{unit}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_are_fragments() {
        assert_eq!(fault(&Errno::NOSPC.into()), "the disk is full");
        assert_eq!(fault(&Errno::NXIO.into()), "no such device or address");
    }

    #[test]
    fn times_are_short() {
        assert_eq!(span(Duration::from_secs(5)), "5s");
        assert_eq!(span(Duration::from_mins(90)), "1h30m");
        assert_eq!(span(Duration::from_millis(250)), "250ms");
    }
}
