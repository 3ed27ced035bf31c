import ArgumentParser
import FoundationEssentials

/// The server that is measured.
struct ServerOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The server's program; a release build.", valueName: "FILE"), completion: .file())
    var larderd = ".build/release/larderd"
    @Option(
        help: ArgumentHelp(
            "Where its root is made, on the disk that is measured; removed at the end.", valueName: "DIR"),
        completion: .directory)
    var directory = "/var/tmp"

    /// Starts it, lends it, ends it.
    func use<R>(_ body: (MeasuredServer, _ directory: String) async throws -> R) async throws -> R {
        let place = "\(directory)/larder-bench-\(UInt64.random(in: 0 ... .max))"
        try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: place) }
        let server = try MeasuredServer(larderd, in: place)
        defer { server.stop() }
        return try await body(server, place)
    }
}
