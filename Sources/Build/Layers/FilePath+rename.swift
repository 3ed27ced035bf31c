internal import Glibc
internal import SystemPackage

extension FilePath {
    /// Gives a file or directory another name, in place of what had it.
    func rename(to other: FilePath) throws(Errno) {
        try Errno.check {
            unsafe withPlatformString { path in
                unsafe other.withPlatformString { unsafe Glibc.rename(path, $0) }
            }
        }
    }
}
