import ChildPrograms
internal import FoundationEssentials
import Glibc

/// A machine that has never built anything.
final class Runner {
    /// Its directory, which was emptied.
    let directory: String
    /// The process of its docker daemon, if it has one.
    var dockerProcess: pid_t? { docker?.processID }
    /// Where that listens.
    var dockerSocket: String? { docker?.words.first }
    private let docker: HeldProgram?

    /// - Parameter directory: which is emptied.
    init(in directory: String, hasDocker: Bool, _ settings: RunSettings) throws {
        self.directory = directory
        // A build that failed may have left root filesystems mounted, which cannot be removed then.
        let table = ProcFile.text("/proc/self/mounts") ?? ""
        for point in MountTable.points(in: table, below: directory) {
            _ = try ChildProgram.output(["umount", "--lazy", point])
        }
        _ = try ChildProgram.output(["rm", "--recursive", "--force", "--one-file-system", directory])
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        let name = "larder-bench-\(settings.number)-\(directory.split(separator: "/").last ?? "")"
        docker =
            hasDocker
            ? try HeldProgram(
                [settings.hold, "dockerd", "\(directory)/docker", name], log: "\(settings.results)/dockerd.log") : nil
    }

    /// Ends its daemon.
    func stop() {
        docker?.stop()
    }
}
