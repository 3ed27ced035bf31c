public import Glibc
public import SystemPackage

/// Other programs.
public enum ChildProgram {
    /// Starts one that goes on beside this one; it is found like a command of a shell.
    /// - Parameters:
    ///   - arguments: the program and its arguments.
    ///   - input: its standard input; `nil` for this program's.
    public static func start(
        _ arguments: [String], input: FileDescriptor? = nil, output: FileDescriptor, error: FileDescriptor
    ) throws(ChildProgramError) -> pid_t {
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        if let input { unsafe posix_spawn_file_actions_adddup2(&actions, input.rawValue, STDIN_FILENO) }
        unsafe posix_spawn_file_actions_adddup2(&actions, output.rawValue, STDOUT_FILENO)
        unsafe posix_spawn_file_actions_adddup2(&actions, error.rawValue, STDERR_FILENO)
        // What this program ignores, others need not.
        var attributes = posix_spawnattr_t()
        unsafe posix_spawnattr_init(&attributes)
        defer { unsafe posix_spawnattr_destroy(&attributes) }
        var signals = sigset_t()
        unsafe sigemptyset(&signals)
        for number in [SIGINT, SIGTERM] { unsafe sigaddset(&signals, number) }
        unsafe posix_spawnattr_setsigdefault(&attributes, &signals)
        unsafe posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGDEF))
        var words: [UnsafeMutablePointer<CChar>?] = unsafe arguments.map { unsafe strdup($0) } + [nil]
        defer { for index in unsafe words.indices { unsafe free(words[index]) } }
        var process = pid_t()
        let code = unsafe posix_spawnp(&process, arguments[0], &actions, &attributes, &words, environ)
        guard code == 0 else {
            throw ChildProgramError("\(arguments[0]) cannot be started: \(Errno(rawValue: code))")
        }
        return process
    }

    /// Starts one that goes on beside this one, with all that it says at the end of the file `log`.
    public static func start(_ arguments: [String], log: String) throws(ChildProgramError) -> pid_t {
        let file: FileDescriptor
        do {
            file = try FileDescriptor.open(
                FilePath(log), .writeOnly, options: [.create, .append, .closeOnExec], permissions: .ownerReadWrite)
        } catch {
            throw ChildProgramError("\(log) cannot be written: \(error)")
        }
        defer { try? file.close() }
        return try start(arguments, output: file, error: file)
    }

    /// Asks it to end, and waits until it has.
    public static func end(_ process: pid_t) {
        kill(process, SIGTERM)
        _ = wait(for: process)
    }

    /// Waits until it has ended. Blocks.
    public static func wait(for process: pid_t) -> Ending {
        var status: Int32 = 0
        var usage = rusage()
        while unsafe wait4(process, &status, 0, &usage) < 0 {
            guard errno == EINTR else { return Ending(succeeded: false, processorSeconds: 0) }
        }
        func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }
        return Ending(
            succeeded: status == 0, processorSeconds: seconds(usage.ru_utime) + seconds(usage.ru_stime))
    }

    /// How one ended.
    public struct Ending: Sendable {
        /// Whether it ended with the status 0.
        public let succeeded: Bool
        /// The time that it, and all that it started and waited for, had of all processors.
        public let processorSeconds: Double
    }

    /// All that one says that succeeds. Blocks.
    public static func output(_ arguments: [String]) throws(ChildProgramError) -> String {
        let (reading, writing) = try pipe()
        defer { try? reading.close() }
        let process: pid_t
        do {
            defer { try? writing.close() }
            process = try start(arguments, output: writing, error: writing)
        }
        let text = text(of: reading)
        guard wait(for: process).succeeded else {
            throw ChildProgramError("\(arguments.joined(separator: " ")) failed: \(text.suffix(2000))")
        }
        return text
    }

    private static func text(of file: FileDescriptor) -> String {
        var bytes: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 1 << 16)
        while let count = unsafe try? part.withUnsafeMutableBytes({ unsafe try file.read(into: $0) }), count > 0 {
            bytes += part[..<count]
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Two ends of a pipe that no other program inherits.
    public static func pipe() throws(ChildProgramError) -> (reading: FileDescriptor, writing: FileDescriptor) {
        do {
            let ends = try FileDescriptor.pipe()
            for end in [ends.readEnd, ends.writeEnd] { _ = fcntl(end.rawValue, F_SETFD, FD_CLOEXEC) }
            return (ends.readEnd, ends.writeEnd)
        } catch {
            throw ChildProgramError("no pipe: \(error)")
        }
    }
}
