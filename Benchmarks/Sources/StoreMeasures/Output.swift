import Glibc

/// Standard output.
enum Output {
    /// Writes a line at once, so that a long measurement can be watched.
    static func line(_ text: String) {
        print(text)
        fflush(nil)
    }
}
