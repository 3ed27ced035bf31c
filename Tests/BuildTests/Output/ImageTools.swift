import TestSupport

/// The programs that images are checked with.
enum ImageTools {
    /// Runs `script` with `sh -e`; gives what it prints.
    @discardableResult
    static func run(_ script: String) throws -> String {
        String(decoding: try shell(script), as: UTF8.self)
    }

    static func has(_ program: String) -> Bool { hasProgram(program) }

    /// Lends a directory that is removed afterwards.
    static func withDirectory(_ body: (String) async throws -> Void) async throws {
        let directory = try String(run("mktemp -d").dropLast())
        do {
            try await body(directory)
        } catch {
            _ = try? run("rm -rf '\(directory)'")
            throw error
        }
        try run("rm -rf '\(directory)'")
    }
}
