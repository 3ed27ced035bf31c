import FoundationEssentials
import Subprocess
import SystemPackage
import TestSupport

/// A directory with larder's stand-in for docker, and a docker behind it that only writes down what it is asked.
struct StandIn: Sendable {
    /// Where everything is.
    let directory: FilePath
    /// The server to build with; `nil` for none.
    let server: String?

    /// What a command said, and how it ended.
    struct Outcome: Sendable {
        let status: Int32
        let output: String
        let complaint: String
    }

    private var link: FilePath { directory.appending("shim") }

    /// A docker that writes down what it is asked and the names of what it loads, and fails with status 3 when it is asked to
    /// `fail`.
    static let recorder = """
        #!/bin/bash
        echo "$*" >> "${0%/*}/../asked"
        case $1 in
            load) tar --extract --to-stdout manifest.json >> "${0%/*}/../loaded" ;;
            info) cat "${0%/*}/../driver" 2>/dev/null ;;
            cat) cat ;;
            fail) exit 3 ;;
        esac
        exit 0

        """

    /// Installs the stand-in, and the script `docker` as docker.
    init(in directory: FilePath, server: String?, docker: String? = recorder) async throws {
        self.directory = directory
        self.server = server
        let real = directory.appending("real")
        try FileManager.default.createDirectory(atPath: real.string, withIntermediateDirectories: true)
        if let docker { try Data(docker.utf8).write(to: URL(filePath: real.appending("docker").string)) }
        try await TinyImage.shell(
            """
            "$2" shim install "$1/shim" && if test -e "$1/real/docker"; then chmod +x "$1/real/docker"; fi
            """, directory.string, ServerProcess.executables.appending("larder").string)
    }

    /// What docker was asked, a line each.
    var asked: [String] { lines(of: "asked") }

    /// What was loaded into docker: the index of each archive.
    var loaded: [String] { lines(of: "loaded") }

    private func lines(of name: String) -> [String] {
        let bytes = (try? Data(contentsOf: URL(filePath: directory.appending(name).string))) ?? Data()
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
    }

    /// Runs a script of a CI job, in which `docker` is the stand-in.
    func run(_ script: String, _ variables: [String: String] = [:]) async throws -> Outcome {
        var environment = [
            "PATH": "\(link):\(directory)/real:/usr/bin:/bin:/usr/sbin:/sbin", "HOME": directory.string,
            "LARDER_STATE": directory.appending("state").string,
        ]
        if let server { environment["LARDER_SERVER"] = server }
        environment.merge(variables) { $1 }
        let pairs = environment.map { (Environment.Key(rawValue: $0.key), $0.value) }
        let outcome = try await Subprocess.run(
            .path("/bin/bash"), arguments: ["-ec", script],
            environment: .custom(Dictionary(pairs.compactMap { key, value in key.map { ($0, value) } }) { $1 }),
            workingDirectory: directory, output: .string(limit: 1 << 20), error: .string(limit: 1 << 20))
        var status: Int32 = -1
        if case .exited(let code) = outcome.terminationStatus { status = code }
        return Outcome(status: status, output: outcome.standardOutput, complaint: outcome.standardError)
    }
}
