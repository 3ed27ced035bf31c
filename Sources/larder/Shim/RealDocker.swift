import FoundationEssentials
import Glibc
import SystemPackage

/// The docker that the stand-in stands in for.
struct RealDocker: Sendable {
    /// How often stand-ins may call one another: two of them that take each other for docker would do so for ever.
    private static let depthMaximum = 5
    private static let depthVariable = "LARDER_SHIM_DEPTH"

    let program: FilePath
    private let environment: [String: String]

    /// The program that `LARDER_DOCKER` names, else the first `docker` on the PATH that is not larder; `nil` when there is
    /// none.
    /// - Parameter own: this program.
    static func find(_ surroundings: Surroundings, own: FilePath) -> RealDocker? {
        var environment = surroundings.environment
        let depth = environment[depthVariable].flatMap { Int($0) } ?? 0
        guard depth < depthMaximum else { return nil }
        environment[depthVariable] = String(depth + 1)
        if let named = surroundings.value("LARDER_DOCKER") {
            let program = FilePath(named)
            return isLarder(program, own) ? nil : RealDocker(program: program, environment: environment)
        }
        let candidates = (surroundings.value("PATH") ?? "").split(separator: ":").map {
            FilePath(String($0)).appending("docker")
        }
        let found = candidates.first { candidate in
            FileManager.default.isExecutableFile(atPath: candidate.string) && !isLarder(candidate, own)
        }
        return found.map { RealDocker(program: $0, environment: environment) }
    }

    /// Whether a program is this one, or a larder of another place.
    private static func isLarder(_ program: FilePath, _ own: FilePath) -> Bool {
        guard let target = resolved(program) else { return false }
        return target.lastComponent?.string == "larder" || target == resolved(own)
    }

    private static func resolved(_ path: FilePath) -> FilePath? {
        guard let text = unsafe path.withPlatformString({ unsafe realpath($0, nil) }) else { return nil }
        defer { unsafe free(text) }
        return unsafe FilePath(platformString: text)
    }

    /// Becomes docker: it has this process's streams, terminal and id, and its exit status is seen by whoever waits. Returns
    /// the status of a program that cannot be run.
    func become(_ arguments: [String]) -> Int32 {
        // What this process ignores or blocks docker would, too.
        for number in [SIGPIPE, SIGINT, SIGTERM] { signal(number, SIG_DFL) }
        var none = sigset_t()
        unsafe sigemptyset(&none)
        unsafe pthread_sigmask(SIG_SETMASK, &none, nil)
        unsafe withStrings(arguments) { words, variables in
            _ = unsafe program.withPlatformString { unsafe execve($0, words, variables) }
        }
        DockerShim.say("\(program) cannot be run: \(Errno(rawValue: errno))")
        return 126
    }

    /// Runs docker with this process's streams, or with its output caught, and gives its status. Blocks.
    func run(_ arguments: [String], output: FileDescriptor? = nil) -> Int32 {
        var pid = pid_t()
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        if let output { unsafe posix_spawn_file_actions_adddup2(&actions, output.rawValue, STDOUT_FILENO) }
        // What this process ignores docker would, too.
        var attributes = posix_spawnattr_t()
        unsafe posix_spawnattr_init(&attributes)
        defer { unsafe posix_spawnattr_destroy(&attributes) }
        var ignored = sigset_t()
        unsafe sigemptyset(&ignored)
        unsafe sigaddset(&ignored, SIGPIPE)
        unsafe posix_spawnattr_setsigdefault(&attributes, &ignored)
        unsafe posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGDEF))
        var result: Int32 = 0
        unsafe withStrings(arguments) { words, variables in
            result = unsafe program.withPlatformString {
                unsafe posix_spawn(&pid, $0, &actions, &attributes, words, variables)
            }
        }
        guard result == 0 else {
            DockerShim.say("\(program) cannot be run: \(Errno(rawValue: result))")
            return 126
        }
        var status: Int32 = 0
        while unsafe waitpid(pid, &status, 0) < 0, errno == EINTR {}
        return status & 0x7f == 0 ? (status >> 8) & 0xff : 128 + (status & 0x7f)
    }

    /// What docker prints; `nil` when it fails. Blocks.
    func answer(_ arguments: [String]) -> String? {
        guard let file = unsafe tmpfile() else { return nil }
        defer { unsafe fclose(file) }
        let descriptor = FileDescriptor(rawValue: unsafe fileno(file))
        guard run(arguments, output: descriptor) == 0 else { return nil }
        var bytes: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 4096)
        unsafe rewind(file)
        while true {
            let count = unsafe fread(&part, 1, part.count, file)
            guard count > 0 else { return String(decoding: bytes, as: UTF8.self) }
            bytes += part[..<count]
        }
    }

    private typealias Strings = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>

    /// Lends arguments and environment as C has them.
    private func withStrings(_ arguments: [String], _ body: (Strings, Strings) -> Void) {
        func copies(_ texts: [String]) -> [UnsafeMutablePointer<CChar>?] {
            unsafe texts.map { unsafe strdup($0) } + [nil]
        }
        var words = unsafe copies(["docker"] + arguments)
        var variables = unsafe copies(environment.map { "\($0.key)=\($0.value)" })
        unsafe words.withUnsafeMutableBufferPointer { words in
            unsafe variables.withUnsafeMutableBufferPointer { variables in
                if let words = words.baseAddress, let variables = variables.baseAddress {
                    unsafe body(words, variables)
                }
            }
        }
        for index in unsafe words.indices { unsafe free(words[index]) }
        for index in unsafe variables.indices { unsafe free(variables[index]) }
    }
}
