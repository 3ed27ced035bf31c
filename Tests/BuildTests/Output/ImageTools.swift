import Glibc

/// The programs that images are checked with.
enum ImageTools {
    struct Failure: Error {
        let script: String
        let status: Int32
    }

    /// Runs `script` with `sh -e`; gives what it prints.
    @discardableResult
    static func run(_ script: String) throws -> String {
        guard let pipe = unsafe popen("set -e; " + script, "r") else { throw Failure(script: script, status: -1) }
        var output: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = unsafe fread(&part, 1, part.count, pipe)
            guard count > 0 else { break }
            output.append(contentsOf: part[..<count])
        }
        let status = unsafe pclose(pipe)
        guard status == 0 else { throw Failure(script: script, status: status) }
        return String(decoding: output, as: UTF8.self)
    }

    static func has(_ program: String) -> Bool {
        (try? run("command -v \(program) >/dev/null 2>&1")) != nil
    }

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
