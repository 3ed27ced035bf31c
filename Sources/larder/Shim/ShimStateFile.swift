import Chunking
import FoundationEssentials
import Glibc
import OCI
import SystemPackage

/// The file with what the stand-in for docker remembers: one for each daemon that docker may talk to. Commands that run at
/// the same time change it one after the other.
struct ShimStateFile: Sendable {
    private let path: FilePath

    /// - Parameter directory: the runner's state directory.
    init(in directory: FilePath, _ surroundings: Surroundings) {
        let daemon = "\(surroundings.value("DOCKER_HOST") ?? "")\n\(surroundings.value("DOCKER_CONTEXT") ?? "")"
        path = directory.appending("docker").appending("\(Digest(hashing: Array(daemon.utf8)).short).json")
    }

    /// What is remembered; nothing when the file is not there or not readable.
    func read() -> ShimState {
        guard let bytes = try? Data(contentsOf: URL(filePath: path.string)) else { return ShimState() }
        return (try? JSONDocument.decode(ShimState.self, from: Array(bytes), subject: "the file")) ?? ShimState()
    }

    /// Changes it. What cannot be written is told of on standard error.
    func update(_ body: (inout ShimState) -> Void) {
        do {
            try FileManager.default.createDirectory(
                atPath: path.removingLastComponent().string, withIntermediateDirectories: true)
            let lock = try FileDescriptor.open(
                FilePath(path.string + ".lock"), .readWrite, options: [.create, .closeOnExec],
                permissions: .ownerReadWrite)
            defer { try? lock.close() }
            // The lock goes with the descriptor.
            _ = flock(lock.rawValue, LOCK_EX)
            let before = read()
            var state = before
            body(&state)
            if state == before { return }
            try Data(try JSONDocument.encode(state)).write(to: URL(filePath: path.string), options: .atomic)
        } catch {
            DockerShim.say("\(path) cannot be written: \(error)")
        }
    }
}
