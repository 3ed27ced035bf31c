internal import FoundationEssentials
internal import Glibc
internal import SystemPackage

/// What the system says of a file that cannot be read or written, as it does to people. Foundation wraps that in values whose
/// description is for programmers.
public enum SystemReason {
    /// As in `No such file or directory`; the description of `error` where it is none of the system's.
    public static func words(for error: any Error) -> String {
        if let error = error as? POSIXError { return Errno(rawValue: error.code.rawValue).description }
        guard let error = error as? CocoaError else { return "\(error)" }
        // What is in it was put there before it was thrown, and is not changed.
        if let cause = unsafe error.userInfo["NSUnderlyingError"] as? any Error { return words(for: cause) }
        switch error.code {
        case .fileReadCorruptFile, .fileReadInapplicableStringEncoding, .fileReadUnknownStringEncoding:
            return "it is not UTF-8"
        default: return "\(error)"
        }
    }
}
