internal import CValgrind

/// What this program asks of callgrind when it runs below it; else nothing happens.
public enum InstructionCounter {
    /// Whether it does.
    public static var isPresent: Bool { valgrind_is_running() > 0 }

    static func begin() {
        callgrind_begin()
    }

    static func end(_ name: String) {
        unsafe name.withCString { unsafe callgrind_end($0) }
    }
}
