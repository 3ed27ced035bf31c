import LoadGenerator
import Testing

@Suite struct AnswerParserTests {
    /// The statuses of an answer that arrives in parts of every length; `nil` where it is not whole at its end, or sooner.
    private func statuses(_ answer: String, hasBody: Bool = true) throws -> Set<Int?> {
        let bytes = Array(answer.utf8)
        return Set(
            try (1...bytes.count).map { length in
                var parser = AnswerParser(hasBody: hasBody)
                for start in stride(from: 0, to: bytes.count, by: length) {
                    guard !parser.isDone else { return nil }
                    try parser.take(bytes[start..<min(start + length, bytes.count)])
                }
                return parser.isDone ? parser.status : nil
            })
    }

    @Test func answersEndWhereTheirHeadSays() throws {
        #expect(try statuses("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello") == [200])
        #expect(try statuses("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n") == [200])
        #expect(try statuses("HTTP/1.1 204 No Content\r\n\r\n") == [204])
        #expect(try statuses("HTTP/1.1 404 Not Found\r\nContent-Length: 7\r\n\r\n", hasBody: false) == [404])
        #expect(
            try statuses(
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\na;x=1\r\n0123456789\r\n0\r\n\r\n")
                == [200])
        #expect(try statuses("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nhello") == [nil])
    }

    @Test func whatIsNoAnswerIsAnError() {
        for text in [
            "SSH-2.0-x\r\n\r\n", "HTTP/1.1 200 OK\r\n\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
        ] {
            #expect(throws: LoadError.self) { try statuses(text) }
        }
    }

    @Test func addressesAreRead() throws {
        let target = try LoadTarget("http://127.0.0.1:7070/v2/a?n=1")
        #expect((target.host, target.port, target.path) == ("127.0.0.1", 7070, "/v2/a?n=1"))
        #expect(try LoadTarget("http://localhost").path == "/")
        for text in ["https://a/", "127.0.0.1:80", "http://:80/", "http://a:99999/"] {
            #expect(throws: LoadError.self) { try LoadTarget(text) }
        }
    }
}
