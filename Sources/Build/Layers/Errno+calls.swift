internal import Glibc
internal import SystemPackage

extension Errno {
    /// Makes a system call until it is not interrupted.
    /// - Returns: what it returned.
    /// - Throws: `errno` when that is negative.
    @discardableResult
    static func check<Result: SignedInteger>(_ call: () -> Result) throws(Errno) -> Result {
        while true {
            let result = call()
            if result >= 0 { return result }
            let error = Errno(rawValue: Glibc.errno)
            if error != .interrupted { throw error }
        }
    }

    /// Whether the process lacks a right.
    var isDenial: Bool { self == .notPermitted || self == .permissionDenied }
}
