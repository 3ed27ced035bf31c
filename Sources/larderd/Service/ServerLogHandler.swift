import FoundationEssentials
import Logging
import Synchronization
import SystemPackage

/// Writes log messages to standard error, one line each.
struct ServerLogHandler: LogHandler {
    var logLevel: Logger.Level
    var metadata: Logger.Metadata = [:]
    var metadataProvider: Logger.MetadataProvider?
    private let format: Settings.LogFormat

    /// Lines longer than a pipe takes at once must not mix.
    private static let standardError = Mutex(FileDescriptor.standardError)

    init(level: Logger.Level, format: Settings.LogFormat) {
        logLevel = level
        self.format = format
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        var values = metadata
        if let provided = metadataProvider?.get() { values.merge(provided) { _, new in new } }
        if let own = event.metadata { values.merge(own) { _, new in new } }
        if let error = event.error { values["error"] = "\(error)" }
        let line = LogLine(
            time: .now, level: event.level, message: event.message.description, metadata: values)
        let bytes = Array((format == .json ? line.json : line.text).utf8)
        // A log that cannot be written has nowhere to be reported.
        Self.standardError.withLock { _ = try? $0.writeAll(bytes) }
    }
}

extension Logger {
    /// The logger of a server with `settings`.
    init(for settings: Settings) {
        self.init(label: "larderd") { _ in ServerLogHandler(level: settings.logLevel, format: settings.logFormat) }
    }
}
