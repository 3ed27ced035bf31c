import Glibc
import Subprocess
import SystemPackage

/// Other programs.
enum ChildProgram {
    /// Starts one that goes on beside this one, with its output in the file `log`.
    static func start(_ arguments: [String], log: String) throws -> pid_t {
        let file = try FileDescriptor.open(
            FilePath(log), .writeOnly, options: [.create, .truncate], permissions: .ownerReadWrite)
        defer { try? file.close() }
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        unsafe posix_spawn_file_actions_adddup2(&actions, file.rawValue, STDOUT_FILENO)
        unsafe posix_spawn_file_actions_adddup2(&actions, file.rawValue, STDERR_FILENO)
        var words: [UnsafeMutablePointer<CChar>?] = unsafe arguments.map { unsafe strdup($0) } + [nil]
        defer { for index in unsafe words.indices { unsafe free(words[index]) } }
        var process = pid_t()
        let code = unsafe posix_spawn(&process, arguments[0], &actions, nil, &words, environ)
        guard code == 0 else { throw ScaleError("\(arguments[0]) cannot be started: \(Errno(rawValue: code))") }
        return process
    }

    /// Asks it to end, and waits until it has.
    static func end(_ process: pid_t) {
        kill(process, SIGTERM)
        var status: Int32 = 0
        while unsafe waitpid(process, &status, 0) < 0, errno == EINTR {}
    }

    /// What one prints that succeeds.
    static func output(_ arguments: [String]) async throws -> String {
        let program: Executable = arguments[0].contains("/") ? .path(FilePath(arguments[0])) : .name(arguments[0])
        let ended = try await Subprocess.run(
            program, arguments: Arguments(Array(arguments.dropFirst())), output: .string(limit: 1 << 20),
            error: .string(limit: 100_000))
        guard ended.terminationStatus.isSuccess else {
            throw ScaleError("\(arguments.joined(separator: " ")) failed: \(ended.standardError)")
        }
        return ended.standardOutput
    }
}
