//! The journal on a real disk: its thread, its readers, and how fast it is read.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::Instant;

use futures_util::future::join_all;
use switchback::journal::{Ending, Journal, JournalError, MAX_BODY, Tail, read};

fn bodies(count: usize) -> Vec<Vec<u8>> {
    (0..count).map(|at| format!("record {at}").into_bytes()).collect()
}

fn bodies_of(dir: &Path) -> Vec<Vec<u8>> {
    read(dir).unwrap().records.into_iter().map(|record| record.body).collect()
}

#[tokio::test]
async fn what_is_committed_is_read_in_its_order() {
    let temp = tempfile::tempdir().unwrap();
    let dir = temp.path().join("runs/qzvmkt");
    let journal = Journal::create(&dir, "qzvmkt").unwrap();
    let all = bodies(5);
    journal.append(all[0].clone()).unwrap();
    assert_eq!(journal.commit(all[1].clone()).await.unwrap(), 2);
    let waiting: Vec<_> = all[2..].iter().map(|body| journal.commit(body.clone())).collect();
    let seqs: Vec<_> = join_all(waiting).await.into_iter().map(Result::unwrap).collect();
    assert_eq!(seqs, [3, 4, 5]);
    journal.close().await.unwrap();
    let reading = read(&dir).unwrap();
    assert_eq!((reading.run_id.as_str(), reading.ending), ("qzvmkt", Ending::Whole));
    assert_eq!(bodies_of(&dir), all);
    let mode = fs::metadata(dir.join("journal")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    assert_eq!(fs::metadata(dir.join("journal.reserve")).unwrap().len(), 1 << 20);
}

#[tokio::test]
async fn a_journal_is_made_once_and_taken_over_with_a_new_epoch() {
    let temp = tempfile::tempdir().unwrap();
    let journal = Journal::create(temp.path(), "a").unwrap();
    journal.commit(b"one".to_vec()).await.unwrap();
    journal.append(b"two".to_vec()).unwrap();
    drop(journal);
    assert!(matches!(Journal::create(temp.path(), "a"), Err(JournalError::Exists(_))));
    let (journal, records, report) = Journal::recover(temp.path()).unwrap();
    assert_eq!((records.len(), report.epoch, report.closed, report.reserved), (2, 2, false, true));
    assert_eq!(journal.commit(b"three".to_vec()).await.unwrap(), 3);
    journal.close().await.unwrap();
    let (_, records, report) = Journal::recover(temp.path()).unwrap();
    let epochs: Vec<_> = records.iter().map(|record| record.epoch).collect();
    assert_eq!((epochs, report.epoch, report.closed), (vec![1, 1, 2], 3, true));
}

#[tokio::test]
async fn a_torn_tail_is_left_behind_and_a_cut_of_a_closed_journal_is_refused() {
    let temp = tempfile::tempdir().unwrap();
    let path = temp.path().join("journal");
    let journal = Journal::create(temp.path(), "a").unwrap();
    journal.commit(b"one".to_vec()).await.unwrap();
    journal.close().await.unwrap();
    let whole = fs::read(&path).unwrap();
    fs::write(&path, [&whole[..], b"half a fra"].concat()).unwrap();
    assert_eq!(read(temp.path()).unwrap().ending, Ending::Torn { bytes: 10 });
    let (journal, records, report) = Journal::recover(temp.path()).unwrap();
    assert_eq!((records.len(), report.torn_bytes), (1, 10));
    drop(journal);
    assert_eq!(fs::read(&path).unwrap(), whole);
    fs::write(&path, &whole[..64]).unwrap();
    let told = Journal::recover(temp.path()).unwrap_err().to_string();
    assert_eq!(told, "record 1 of 1 is damaged or gone, and it was on disk: refused");
    assert!(matches!(read(temp.path()).unwrap().ending, Ending::Damaged(_)));
}

#[tokio::test]
async fn a_tail_follows_a_writer_and_its_successor() {
    let temp = tempfile::tempdir().unwrap();
    let mut tail = Tail::new(temp.path());
    assert!(tail.poll().unwrap().is_empty());
    let journal = Journal::create(temp.path(), "a").unwrap();
    let all = bodies(300);
    let mut seen = Vec::new();
    for body in &all[..200] {
        journal.append(body.clone()).unwrap();
        seen.extend(tail.poll().unwrap());
    }
    drop(journal);
    let (journal, _, _) = Journal::recover(temp.path()).unwrap();
    for body in &all[200..] {
        journal.commit(body.clone()).await.unwrap();
        seen.extend(tail.poll().unwrap());
    }
    let seen: Vec<_> = seen.into_iter().map(|record| record.body).collect();
    assert_eq!(seen, all);
    assert!(tail.poll().unwrap().is_empty());
}

#[tokio::test]
async fn a_body_over_the_bound_harms_nothing() {
    let temp = tempfile::tempdir().unwrap();
    let journal = Journal::create(temp.path(), "a").unwrap();
    assert!(matches!(journal.commit(vec![0; MAX_BODY + 1]).await, Err(JournalError::TooLarge(_))));
    assert_eq!(journal.commit(vec![7; MAX_BODY]).await.unwrap(), 1);
    journal.close().await.unwrap();
    assert_eq!(bodies_of(temp.path()), [vec![7; MAX_BODY]]);
}

#[test]
fn what_is_no_journal_is_said() {
    let temp = tempfile::tempdir().unwrap();
    assert!(matches!(read(temp.path()), Err(JournalError::Missing(_))));
    assert!(matches!(Journal::create(temp.path(), "no/id"), Err(JournalError::RunId(_))));
    for bytes in [&b""[..], b"SWBKJRNL", &[0xFF; 200]] {
        fs::write(temp.path().join("journal"), bytes).unwrap();
        assert!(matches!(Journal::recover(temp.path()), Err(JournalError::Damaged(_))));
    }
}

#[tokio::test]
async fn ten_thousand_records_are_recovered_quickly() {
    let temp = tempfile::tempdir().unwrap();
    let journal = Journal::create(temp.path(), "a").unwrap();
    for _ in 0..10_000 {
        journal.append(vec![b'x'; 200]).unwrap();
    }
    journal.close().await.unwrap();
    let begun = Instant::now();
    let (_, records, _) = Journal::recover(temp.path()).unwrap();
    let took = begun.elapsed();
    println!("10,000 records recovered in {took:?}");
    assert_eq!(records.len(), 10_000);
    assert!(took.as_secs() < 2, "it took {took:?}");
}
