import Chunking
import FoundationEssentials
import Logging
import NIOSSL
import Synchronization
import SystemPackage

/// The certificate that new connections are served with: that of the files as they are now, or as they were when they last
/// made sense.
final class ServerCertificate: Sendable {
    /// What a file holds, links followed; `nil` for one that cannot be read. Such files are small.
    private struct Version: Equatable {
        private let digest: Digest?

        init(of path: FilePath) {
            digest = FileManager.default.contents(atPath: path.string).map { Digest(hashing: Array($0)) }
        }
    }

    private struct State {
        var loaded: LoadedCertificate
        var versions: [Version]
        var isReportedExpired = false
    }

    private let files: TLSFiles
    private let logger: Logger
    private let state: Mutex<State>

    /// Reads the files. Blocks.
    /// - Throws: ``SettingsError``.
    init(_ files: TLSFiles, logger: Logger) throws(SettingsError) {
        self.files = files
        self.logger = logger
        let versions = Self.versions(of: files)
        state = Mutex(State(loaded: try LoadedCertificate(files), versions: versions))
        reportExpiry()
    }

    /// What a new connection is served with.
    var context: NIOSSLContext { state.withLock { $0.loaded.context } }

    /// Reads the files again when they changed since they were last looked at. What makes no sense is reported, and what
    /// there was before stays. Blocks.
    /// - Parameter always: reads them though they look the same.
    func reload(always: Bool = false) {
        let versions = Self.versions(of: files)
        let isNew = state.withLock { state in
            defer { state.versions = versions }
            return state.versions != versions
        }
        if isNew || always {
            do {
                let loaded = try LoadedCertificate(files)
                state.withLock { state in
                    state.loaded = loaded
                    state.isReportedExpired = false
                }
                logger.notice(
                    "certificate read; new connections get it",
                    metadata: ["file": "\(files.certificate)", "serial": "\(loaded.serialNumber)"])
            } catch {
                logger.error(
                    "the new certificate cannot be used; the one before stays", metadata: ["error": "\(error)"])
            }
        }
        reportExpiry()
    }

    /// Warns once when the certificate is not valid at this time.
    private func reportExpiry() {
        let now = Int(Date().timeIntervalSince1970)
        let validity = state.withLock { state -> ClosedRange<Int>? in
            guard !state.loaded.validity.contains(now), !state.isReportedExpired else { return nil }
            state.isReportedExpired = true
            return state.loaded.validity
        }
        guard let validity else { return }
        let seconds = now < validity.lowerBound ? validity.lowerBound : validity.upperBound
        let date = Date(timeIntervalSince1970: Double(seconds))
        logger.warning(
            now < validity.lowerBound
                ? "the certificate is not valid yet, so clients refuse it: look at this machine's clock"
                : "the certificate has expired, so clients refuse it: put a new one in its place",
            metadata: ["file": "\(files.certificate)", "date": "\(date.formatted(.iso8601))"])
    }

    private static func versions(of files: TLSFiles) -> [Version] { files.paths.map { Version(of: $0) } }
}
