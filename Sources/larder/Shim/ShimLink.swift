import ArgumentParser
import Build
import FoundationEssentials
import Glibc
import SystemPackage

/// The `docker` of a directory that is a symbolic link to larder, which knows by this name that it stands in.
struct ShimLink: Sendable {
    /// What is there.
    enum State: Hashable, Sendable {
        case absent
        /// A link to a larder.
        case installed
        /// Something that larder did not put there.
        case foreign
    }

    /// Where the link is.
    let path: FilePath

    init(in directory: String) {
        path = FilePath(directory).appending("docker")
    }

    var state: State {
        guard (try? FileManager.default.attributesOfItem(atPath: path.string)) != nil else { return .absent }
        let target = try? FileManager.default.destinationOfSymbolicLink(atPath: path.string)
        return target?.split(separator: "/").last == "larder" ? .installed : .foreign
    }

    /// Makes the link, or makes it anew.
    /// - Throws: `ValidationError` when something else is there, `ExitCode` once it was told why it failed.
    func install() throws {
        guard state != .foreign else { throw ValidationError("DIR: \(path) is there, and larder did not put it there") }
        try attempt("made") {
            try FileManager.default.createDirectory(
                atPath: path.removingLastComponent().string, withIntermediateDirectories: true)
            if state == .installed { try FileManager.default.removeItem(atPath: path.string) }
            try FileManager.default.createSymbolicLink(
                atPath: path.string, withDestinationPath: DockerShim.own.string)
        }
    }

    /// Removes the link.
    /// - Throws: `ValidationError` when it is not there, `ExitCode` once it was told why it failed.
    func remove() throws {
        guard state == .installed else {
            throw ValidationError("DIR: \(path) is \(state == .absent ? "not there" : "not larder's")")
        }
        try attempt("removed") { try FileManager.default.removeItem(atPath: path.string) }
    }

    /// What to do so that scripts find the link before docker; `nil` when they do.
    func pathHint(_ surroundings: Surroundings) -> String? {
        let directories = (surroundings.value("PATH") ?? "").split(separator: ":").map { FilePath(String($0)) }
        let first = directories.first {
            FileManager.default.isExecutableFile(atPath: $0.appending("docker").string)
        }
        let own = path.removingLastComponent()
        if let first, Self.isSame(first, own) { return nil }
        return "put it before docker: export PATH=\(own):$PATH"
    }

    private static func isSame(_ one: FilePath, _ other: FilePath) -> Bool {
        let paths = [one, other].map { URL(filePath: $0.string).resolvingSymlinksInPath().path }
        return paths[0] == paths[1]
    }

    private func attempt(_ what: String, _ body: () throws -> Void) throws {
        do {
            try body()
        } catch {
            StandardError.write("ERROR: \(path) cannot be \(what): \(error)\n")
            throw ExitCode.failure
        }
    }
}
