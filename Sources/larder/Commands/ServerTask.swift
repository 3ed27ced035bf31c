import ArgumentParser
import Build
import Glibc

/// Something that a command has a server do, from the first line of progress to the end of the connection.
enum ServerTask {
    /// Runs `body`, and closes the connection.
    /// - Returns: what `body` gives.
    /// - Throws: `ExitCode` once the reason was told, or the signal's.
    static func run<Value: Sendable>(
        on server: ServerConnection, showing display: any BuildDisplay,
        _ body: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        let (result, signal) = await Interruption.run(display) { () async -> Result<Value, any Error> in
            do {
                return .success(try await body())
            } catch {
                return .failure(error)
            }
        }
        await display.finish()
        await server.shutdown()
        if let signal { throw ExitCode(128 + signal) }
        switch result {
        case .success(let value): return value
        case .failure(let error):
            StandardError.write("ERROR: \(error)\n")
            throw ExitCode.failure
        }
    }
}
