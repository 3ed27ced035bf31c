import Hummingbird
import NIOCore

/// The bodies of answers that never end.
enum SlowBody: CaseIterable, Sendable {
    /// A byte comes now and then.
    case drips
    /// One byte comes, and nothing more.
    case stops

    /// An answer with such a body, of white space.
    func response(_ status: HTTPResponse.Status = .ok, headers: HTTPFields = [:]) -> Response {
        let body = ResponseBody { writer in
            try await writer.write(ByteBuffer(string: " "))
            while true {
                try await Task.sleep(for: .milliseconds(10))
                if self == .drips { try await writer.write(ByteBuffer(string: " ")) }
            }
        }
        return Response(status: status, headers: headers, body: body)
    }
}
