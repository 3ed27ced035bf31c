internal import Glibc
internal import SystemPackage

/// A thread of the operating system that runs one function. LMDB wants all write transactions on one.
@safe struct DedicatedThread: ~Copyable, @unchecked Sendable {
    // Sendable: a thread's id may be used from any thread; `join` consumes it, so it is joined once.
    private let thread: pthread_t

    private final class Work: Sendable {
        let body: @Sendable () -> Void

        init(_ body: @escaping @Sendable () -> Void) {
            self.body = body
        }
    }

    /// Starts a thread that runs `body` and ends.
    init(_ body: @escaping @Sendable () -> Void) throws(StoreError) {
        let work = unsafe Unmanaged.passRetained(Work(body))
        var created = pthread_t()
        let code = unsafe pthread_create(
            &created, nil,
            { argument in
                // The pointer is the one passed below, whose reference this thread takes over.
                if let argument = unsafe argument {
                    unsafe Unmanaged<Work>.fromOpaque(argument).takeRetainedValue().body()
                }
                return nil
            }, unsafe work.toOpaque())
        guard code == 0 else {
            unsafe work.release()
            throw StoreError(.io, "the writer thread could not be started", cause: Errno(rawValue: code))
        }
        thread = created
    }

    /// Waits until the thread has ended.
    consuming func join() {
        pthread_join(thread, nil)
    }
}
