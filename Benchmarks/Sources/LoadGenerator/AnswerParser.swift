/// Reads one HTTP/1.1 answer that arrives in parts, and tells when it is whole (RFC 9112).
package struct AnswerParser {
    private enum State {
        case head
        /// So many bytes are left.
        case body(Int)
        /// The line with the length of the next chunk, or what follows the last one.
        case chunkLength
        /// So many bytes of a chunk are left, with the line's end behind it.
        case chunk(Int)
        case trailer
        case done
    }

    /// The status, as soon as the head is there; 0 before.
    package private(set) var status = 0
    /// The body so far, if it is to be kept.
    private(set) var body: [UInt8] = []
    private let hasBody: Bool
    private let keepsBody: Bool
    private var state = State.head
    /// What has come of a line, or of the head, and is not whole.
    private var pending: [UInt8] = []

    /// - Parameter hasBody: whether an answer to what was asked has one: not to HEAD.
    package init(hasBody: Bool, keepsBody: Bool = false) {
        self.hasBody = hasBody
        self.keepsBody = keepsBody
    }

    package var isDone: Bool {
        if case .done = state { return true }
        return false
    }

    /// Takes what came next. What comes behind the answer is dropped: nothing is asked before an answer is whole.
    package mutating func take(_ bytes: ArraySlice<UInt8>) throws {
        var bytes = bytes
        while !bytes.isEmpty || isAtNothing {
            switch state {
            case .head: try takeHead(&bytes)
            case .body(let count): state = after(count, &bytes, end: 0) { .body($0) } ?? .done
            case .chunkLength: try takeChunkLength(&bytes)
            case .chunk(let count): state = after(count, &bytes, end: 2) { .chunk($0) } ?? .chunkLength
            case .trailer: if let line = line(&bytes), line.isEmpty { state = .done }
            case .done: return
            }
        }
    }

    /// Whether there is something to do without more bytes: a body of none.
    private var isAtNothing: Bool {
        if case .body(0) = state { return true }
        return false
    }

    /// Takes what there is of `count` bytes, of which the last `end` are no part of the body.
    private mutating func after(
        _ count: Int, _ bytes: inout ArraySlice<UInt8>, end: Int, _ rest: (Int) -> State
    ) -> State? {
        let taken = min(count, bytes.count)
        if keepsBody { body += bytes.prefix(max(0, min(taken, count - end))) }
        bytes = bytes.dropFirst(taken)
        return taken < count ? rest(count - taken) : nil
    }

    /// The next line without its end; `nil` while it is not whole.
    private mutating func line(_ bytes: inout ArraySlice<UInt8>) -> [UInt8]? {
        guard let end = bytes.firstIndex(of: 10) else {
            pending += bytes
            bytes = []
            return nil
        }
        var line = pending + bytes[..<end]
        bytes = bytes[(end + 1)...]
        pending = []
        if line.last == 13 { line.removeLast() }
        return line
    }

    private mutating func takeChunkLength(_ bytes: inout ArraySlice<UInt8>) throws {
        guard let line = line(&bytes) else { return }
        let digits = String(decoding: line.prefix { $0 != UInt8(ascii: ";") }, as: UTF8.self)
        guard let length = Int(digits, radix: 16), length >= 0 else {
            throw LoadError("The server's answer has a chunk of the length '\(digits)'.")
        }
        state = length == 0 ? .trailer : .chunk(length + 2)
    }

    private mutating func takeHead(_ bytes: inout ArraySlice<UInt8>) throws {
        let start = max(0, pending.count - 3)
        pending += bytes
        guard let end = pending[start...].firstRange(of: [13, 10, 13, 10]) else {
            guard pending.count < 1 << 20 else { throw LoadError("The head of the server's answer does not end.") }
            bytes = []
            return
        }
        bytes = pending[end.upperBound...]
        let lines = String(decoding: pending[..<end.lowerBound], as: UTF8.self).split(separator: "\r\n")
        pending = []
        guard let code = lines.first?.split(separator: " ").dropFirst().first.flatMap({ Int($0) }) else {
            throw LoadError("The server does not answer in HTTP/1.1.")
        }
        status = code
        state = try stateAfterHead(lines.dropFirst())
    }

    private func stateAfterHead(_ fields: ArraySlice<Substring>) throws -> State {
        guard hasBody, status != 204, status != 304 else { return .done }
        func value(_ name: String) -> String? {
            fields.first { $0.lowercased().hasPrefix(name + ":") }.map {
                String($0.dropFirst(name.count + 1).drop { $0 == " " }).lowercased()
            }
        }
        if value("transfer-encoding") == "chunked" { return .chunkLength }
        guard let length = value("content-length").flatMap({ Int($0) }), length >= 0 else {
            throw LoadError("The server's answer says no length.")
        }
        return .body(length)
    }
}
