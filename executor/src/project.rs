//! A project on disk: the folder of `switchback.kdl`, and its files as the compiler reads them.

use crate::world::{RelPath, Tree, TreeError, Why};
use std::io;
use std::path::{Component, Path, PathBuf};
use switchback_compiler::files::{FileError, Files, Found};

/// The project file.
pub const PROJECT_FILE: &str = "switchback.kdl";
/// Plans and libraries are written by hand; a larger one is a mistake, and the parser would take minutes over it.
const MAX_KDL: u64 = 8 << 20;
/// Sources go into the bundle that people sign and into memory on the way there.
const MAX_SOURCE: u64 = 256 << 20;

/// Why there is no project to work in.
#[derive(Debug, thiserror::Error)]
pub enum ProjectError {
    /// Nothing is at this path.
    #[error("there is no `{}`", .0.display())]
    Missing(PathBuf),
    /// The path leads out of the project.
    #[error("`{}` lies outside of its project", .0.display())]
    Outside(PathBuf),
    /// A name that no plan could write.
    #[error("the name of `{}` is not UTF-8", .0.display())]
    NotUtf8(PathBuf),
    /// The operating system refused.
    #[error("`{}` can't be read: {why}", path.display())]
    System {
        /// The path.
        path: PathBuf,
        /// Its reason.
        why: io::Error,
    },
    /// The folder could not be opened.
    #[error(transparent)]
    Tree(#[from] TreeError),
}

/// A project, or the folder of a plan that belongs to none.
#[derive(Debug)]
pub struct Project {
    root: PathBuf,
    files: ProjectFiles,
}

impl Project {
    /// The project that a plan or a folder belongs to: that of the nearest folder upward with a `switchback.kdl`.
    ///
    /// Without one, the folder of the plan itself is the project.
    pub fn around(path: &Path) -> Result<Self, ProjectError> {
        let whole = absolute(path)?;
        let own = if whole.is_dir() { whole.as_path() } else { whole.parent().unwrap_or(&whole) };
        let root = own.ancestors().find(|folder| folder.join(PROJECT_FILE).exists()).unwrap_or(own);
        Ok(Self { root: root.to_owned(), files: ProjectFiles { tree: Tree::open(root)? } })
    }

    /// Its folder, absolute and without links.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The way to its folder from a folder (absolute, without links) in which it would not be found.
    pub fn away_from(&self, stand: &Path) -> Option<PathBuf> {
        let here = Self::around(stand).is_ok_and(|here| here.root == self.root);
        (!here).then(|| from(stand, &self.root))
    }

    /// Its files.
    pub fn files(&self) -> &ProjectFiles {
        &self.files
    }

    /// A path that a person gave, as the compiler names it: from the project's folder on, with `/`.
    pub fn inner(&self, path: &Path) -> Result<String, ProjectError> {
        let whole = absolute(path)?;
        let inner = whole.strip_prefix(&self.root).map_err(|_| ProjectError::Outside(path.to_owned()))?;
        inner.to_str().map(str::to_owned).ok_or_else(|| ProjectError::NotUtf8(path.to_owned()))
    }

    /// A path of the project as somebody types it who stands in this folder (absolute, without links).
    pub fn outer(&self, inner: &str, stand: &Path) -> String {
        from(stand, &self.root.join(inner)).display().to_string()
    }
}

/// The path without links on the way; a link as its last part stays, since its name says whether it is a plan.
fn absolute(path: &Path) -> Result<PathBuf, ProjectError> {
    let failed = |why: io::Error| match why.kind() {
        io::ErrorKind::NotFound => ProjectError::Missing(path.to_owned()),
        _ => ProjectError::System { path: path.to_owned(), why },
    };
    std::fs::metadata(path).map_err(failed)?;
    let Some(name) = path.file_name() else { return path.canonicalize().map_err(failed) };
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let whole = parent.canonicalize().map_err(failed)?.join(name);
    if whole.is_dir() { whole.canonicalize().map_err(failed) } else { Ok(whole) }
}

/// The shorter of the way from a folder to a path and the path itself; both absolute and without links.
fn from(stand: &Path, path: &Path) -> PathBuf {
    let common = stand.components().zip(path.components()).take_while(|(here, there)| here == there).count();
    let up = stand.components().skip(common).map(|_| Component::ParentDir);
    let way: PathBuf = up.chain(path.components().skip(common)).collect();
    if way.as_os_str().len() < path.as_os_str().len() { way } else { path.to_owned() }
}

/// Reads a project's files; no path and no link leads out of its folder, judged each time one is used (R29).
#[derive(Debug)]
pub struct ProjectFiles {
    tree: Tree,
}

impl Files for ProjectFiles {
    fn read(&self, path: &str) -> Result<Vec<u8>, FileError> {
        let is_kdl = Path::new(path).extension().is_some_and(|extension| extension == "kdl");
        let limit = if is_kdl { MAX_KDL } else { MAX_SOURCE };
        self.tree.read(&relative(path)?, limit).map_err(refusal)
    }

    fn executable(&self, path: &str) -> Result<bool, FileError> {
        self.tree.mode(&relative(path)?).map(is_executable).map_err(refusal)
    }

    fn list(&self, folder: &str) -> Result<Vec<Found>, FileError> {
        let files = self.tree.files(&relative(folder)?).map_err(refusal)?;
        let found =
            |(path, mode): (RelPath, u32)| Found { path: path.as_str().to_owned(), executable: is_executable(mode) };
        Ok(files.into_iter().map(found).collect())
    }
}

/// By its owner, as version control keeps it.
fn is_executable(mode: u32) -> bool {
    mode & 0o100 != 0
}

fn relative(path: &str) -> Result<RelPath, FileError> {
    if path.is_empty() {
        return Ok(RelPath::root());
    }
    // What the compiler hands over stays inside already; what is left is a byte that no path may hold.
    RelPath::parse(path).map_err(|error| FileError::Unreadable(error.to_string()))
}

fn refusal(error: TreeError) -> FileError {
    use io::ErrorKind::{NotADirectory, NotFound};
    match error.why {
        Why::Leaves => FileError::Outside,
        Why::TooLarge(limit) => FileError::TooLarge { limit },
        Why::System(error) if matches!(error.kind(), NotFound | NotADirectory) => FileError::Missing,
        why => FileError::Unreadable(why.to_string()),
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;
    use rustix::fs::{CWD, Mode, mkfifoat};
    use std::fs;
    use std::os::unix::fs::{PermissionsExt, symlink};

    fn project() -> (tempfile::TempDir, PathBuf) {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().canonicalize().unwrap().join("project");
        fs::create_dir_all(root.join("plans/files")).unwrap();
        fs::write(root.join(PROJECT_FILE), "language 1\n").unwrap();
        fs::write(root.join("plans/a.plan.kdl"), "plan \"a\"\n").unwrap();
        fs::write(root.join("plans/files/run.sh"), "#!/bin/sh\n").unwrap();
        fs::set_permissions(root.join("plans/files/run.sh"), fs::Permissions::from_mode(0o750)).unwrap();
        fs::write(dir.path().join("secret"), "s").unwrap();
        (dir, root)
    }

    #[test]
    fn a_project_is_found_upward_and_a_plan_without_one_has_its_folder() {
        let (dir, root) = project();
        let found = Project::around(&root.join("plans/a.plan.kdl")).unwrap();
        assert_eq!(
            (found.root(), found.inner(&root.join("plans/a.plan.kdl")).unwrap()),
            (&*root, "plans/a.plan.kdl".into())
        );
        assert_eq!(Project::around(&root.join("plans/files")).unwrap().root(), root);
        fs::write(dir.path().join("b.plan.kdl"), "").unwrap();
        let alone = Project::around(&dir.path().join("b.plan.kdl")).unwrap();
        assert_eq!(alone.root(), dir.path().canonicalize().unwrap());
        assert!(matches!(Project::around(&root.join("no")), Err(ProjectError::Missing(_))));
    }

    #[test]
    fn paths_are_shown_from_where_a_person_stands() {
        let (_dir, root) = project();
        let found = Project::around(&root).unwrap();
        let shown = |stand: &Path| found.outer("plans/a.plan.kdl", stand);
        assert_eq!(shown(&root), "plans/a.plan.kdl");
        assert_eq!(shown(&root.join("plans")), "a.plan.kdl");
        assert_eq!(shown(&root.join("plans/files")), "../a.plan.kdl");
        assert_eq!(shown(root.parent().unwrap()), "project/plans/a.plan.kdl");
        let far = Path::new("/a/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p/q/r/s/t/u/v/w/x/y/z");
        assert_eq!(shown(far), root.join("plans/a.plan.kdl").display().to_string());
    }

    #[test]
    fn files_are_read_with_their_modes() {
        let (_dir, root) = project();
        let files = Project::around(&root).unwrap().files;
        assert_eq!(files.read("plans/a.plan.kdl").unwrap(), b"plan \"a\"\n");
        assert_eq!(files.list("plans/files").unwrap(), [Found { path: "run.sh".into(), executable: true }]);
        assert_eq!(files.executable("plans/files/run.sh"), Ok(true));
        assert_eq!(files.read("plans/no"), Err(FileError::Missing));
        assert_eq!(files.read("plans/a.plan.kdl/b"), Err(FileError::Missing));
        assert_eq!(files.list("plans/no"), Err(FileError::Missing));
        assert!(
            matches!(files.read("plans"), Err(FileError::Unreadable(why)) if why == "it is a directory, not a file")
        );
    }

    #[test]
    fn links_are_followed_inside_and_refused_outside() {
        let (_dir, root) = project();
        symlink("plans/a.plan.kdl", root.join("in")).unwrap();
        symlink("/etc/hostname", root.join("far")).unwrap();
        let files = Project::around(&root).unwrap().files;
        assert_eq!(files.read("in").unwrap(), b"plan \"a\"\n");
        assert_eq!(files.read("far"), Err(FileError::Outside));
        assert_eq!(files.executable("far"), Err(FileError::Outside));
        symlink("run.sh", root.join("plans/files/same")).unwrap();
        assert_eq!(files.list("plans/files").unwrap().len(), 2);
        symlink("../../../secret", root.join("plans/files/out")).unwrap();
        assert_eq!(files.list("plans/files"), Err(FileError::Outside));
    }

    #[test]
    fn what_is_no_file_and_what_is_too_large_is_refused_at_once() {
        let (_dir, root) = project();
        mkfifoat(CWD, root.join("fifo.kdl"), Mode::from_raw_mode(0o600)).unwrap();
        fs::File::create(root.join("large.plan.kdl")).unwrap().set_len(MAX_KDL + 1).unwrap();
        fs::File::create(root.join("exact.plan.kdl")).unwrap().set_len(MAX_KDL).unwrap();
        let files = Project::around(&root).unwrap().files;
        assert!(matches!(files.read("fifo.kdl"), Err(FileError::Unreadable(why)) if why.contains("fifo")));
        assert_eq!(files.read("large.plan.kdl"), Err(FileError::TooLarge { limit: MAX_KDL }));
        assert_eq!(files.read("exact.plan.kdl").map(|bytes| bytes.len() as u64), Ok(MAX_KDL));
    }
}
