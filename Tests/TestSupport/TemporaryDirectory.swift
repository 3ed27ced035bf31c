internal import Glibc

/// A directory that is removed with everything in it when it is no longer used.
public final class TemporaryDirectory: Sendable {
    /// Where it is.
    public let path: String

    /// Makes it.
    public init() throws {
        var template = Array("/tmp/larder-test-XXXXXX\0".utf8CString)
        guard unsafe mkdtemp(&template) != nil else { throw ShellError(script: "mkdtemp", status: errno) }
        path = String(decoding: template.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit {
        _ = try? shell("chmod -R u+rwx '\(path)'; rm -rf '\(path)'")
    }
}
