internal import CLinux
internal import Glibc
internal import Synchronization
internal import SystemPackage

/// Makes system calls with paths relative to some directory, without changing that of the process.
enum ThreadDirectory {
    /// One call, and what became of it.
    private final class Work: Sendable {
        let directory: FilePath
        let body: @Sendable () throws(Errno) -> Void
        let failure = Mutex<Errno?>(nil)

        init(_ directory: FilePath, _ body: @escaping @Sendable () throws(Errno) -> Void) {
            self.directory = directory
            self.body = body
        }

        func run() {
            do throws(Errno) {
                try Errno.check { linux_unshare_working_directory() }
                try Errno.check { unsafe directory.withPlatformString { unsafe chdir($0) } }
                try body()
            } catch {
                failure.withLock { $0 = error }
            }
        }
    }

    /// Runs `body` on a thread whose working directory is `directory`, and waits for it.
    static func run(in directory: FilePath, _ body: @escaping @Sendable () throws(Errno) -> Void) throws(Errno) {
        let work = Work(directory, body)
        let held = unsafe Unmanaged.passRetained(work)
        var thread = pthread_t()
        let code = unsafe pthread_create(
            &thread, nil,
            { argument in
                // The pointer is the one passed below, whose reference this thread takes over.
                if let argument = unsafe argument {
                    unsafe Unmanaged<Work>.fromOpaque(argument).takeRetainedValue().run()
                }
                return nil
            }, unsafe held.toOpaque())
        guard code == 0 else {
            unsafe held.release()
            throw Errno(rawValue: code)
        }
        pthread_join(thread, nil)
        if let failure = work.failure.withLock({ $0 }) { throw failure }
    }
}
