internal import CLMDB
internal import Glibc
internal import SystemPackage

extension StoreError {
    /// A system call on `path` failed while doing `action`, as in "write to".
    static func disk(_ action: String, _ path: FilePath, _ error: Errno) -> StoreError {
        if error == .noSpace || error == .diskQuotaExceeded {
            return StoreError(
                .diskFull, "cannot \(action) \(path): the disk is full; free some space and try again", cause: error)
        }
        let advice = error == .permissionDenied ? "; run as a user who may do that, or choose another place" : ""
        return StoreError(.io, "cannot \(action) \(path): \(error)\(advice)", cause: error)
    }

    /// An LMDB call failed with `code`.
    static func index(_ operation: String, _ code: Int32) -> StoreError {
        let text = unsafe String(cString: mdb_strerror(code))
        let cause = code > 0 ? Errno(rawValue: code) : nil
        switch code {
        case ENOSPC, EDQUOT:
            return StoreError(
                .diskFull, "the index has no room on the disk (\(operation)); free some space and try again",
                cause: cause)
        case MDB_MAP_FULL:
            return StoreError(
                .diskFull, "the index has reached its greatest size (\(operation)); restart with a larger one")
        case MDB_PANIC:
            return .poisoned("the index refuses all writes after an earlier error (\(operation))")
        case MDB_CORRUPTED, MDB_PAGE_NOTFOUND, MDB_INVALID, MDB_VERSION_MISMATCH:
            return StoreError(.io, "the index is damaged (\(operation): \(text)); \(remedy)")
        default:
            return StoreError(.io, "the index failed in \(operation): \(text)", cause: cause)
        }
    }

    static let closed = StoreError(.closed, "the store was closed; open it again")

    static func poisoned(_ reason: String, cause: (any Error)? = nil) -> StoreError {
        StoreError(.poisoned, "\(reason); nothing more is written until a restart has verified the disk", cause: cause)
    }

    static func damagedRow(_ table: String) -> StoreError {
        StoreError(.io, "a row of the index's table '\(table)' cannot be read; \(remedy)")
    }

    /// The index has not seen what was acknowledged: an older one was put beside newer chunk files.
    static func olderIndex(_ path: FilePath) -> StoreError {
        StoreError(
            .io,
            "the index is older than chunk file \(path), which holds more than the index knows; nothing was changed; \(remedy)"
        )
    }

    /// A record that was written as it is, but by another version.
    static func unknownRecord(_ path: FilePath, _ offset: UInt64) -> StoreError {
        StoreError(
            .unsupportedFormat,
            "chunk file \(path) has a record of an unknown kind at \(offset); use the version that wrote it")
    }

    /// What to do about an index that cannot be used.
    private static let remedy = "make it anew from the chunk files with 'larderd fsck --rebuild'"
}
