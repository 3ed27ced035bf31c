internal import Glibc

/// The process's standard error.
public enum StandardError {
    /// Writes all of `text`; what cannot be written is lost.
    public static func write(_ text: String) {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let count = unsafe bytes.withUnsafeBytes { unsafe Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return }
            bytes = bytes.dropFirst(count)
        }
    }

    /// Whether people see it as it is written.
    public static var isTerminal: Bool { isatty(STDERR_FILENO) == 1 }

    /// The size of the terminal; `nil` when there is none or it does not tell.
    static var terminalSize: (columns: Int, rows: Int)? {
        var size = winsize()
        guard unsafe ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0 else {
            return nil
        }
        return (Int(size.ws_col), Int(size.ws_row))
    }
}
