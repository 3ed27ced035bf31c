import NIOCore
import SystemPackage

/// Why a server could not start.
struct ServerError: Error, Sendable, CustomStringConvertible {
    /// What kind of failure it is.
    enum Code: Sendable {
        /// Another program listens on the address.
        case addressInUse
        /// The address cannot be listened on.
        case addressUnusable
        /// A file of the server's own cannot be read or written.
        case unusableFile
        /// The server that has the root open does not answer.
        case noAnswer
        /// There is no store where one was expected.
        case noStore
        /// The server that has the root open refuses what it is asked.
        case refused
        /// The tokens cannot be read or written.
        case tokensUnusable
        /// The file of the server's own key has none.
        case unusableKey
    }

    /// What kind of failure it is.
    let code: Code
    /// A sentence for people.
    let description: String

    init(_ code: Code, _ description: String) {
        self.code = code
        self.description = description
    }

    /// What `error` means when it came while beginning to listen on `address`; `nil` for other errors.
    /// - Parameter setting: what says so.
    init?(listeningOn address: ListenAddress, setting: Setting = .listen, failedWith error: any Error) {
        guard let error = error as? IOError else {
            guard let error = error as? SocketAddressError, case .unknown = error else { return nil }
            self.init(.addressUnusable, "The host of \(address) is not known; give an address of this machine.")
            return
        }
        let errno = Errno(rawValue: error.errnoCode)
        switch errno {
        case .addressInUse:
            self.init(
                .addressInUse,
                "Another program listens on \(address) already; stop it, or choose another address with "
                    + "\(setting.flag).")
        case .addressNotAvailable, .permissionDenied, .notPermitted:
            self.init(
                .addressUnusable, "\(address) cannot be listened on (\(errno)); choose another with \(setting.flag).")
        default: return nil
        }
    }
}
