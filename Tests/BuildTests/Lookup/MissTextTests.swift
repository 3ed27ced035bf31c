import CacheAPI
import Testing

@testable import Build

@Suite("Why a step is no hit, in words")
struct MissTextTests {
    private let since = "built 2023-11-14 22:13 UTC in scope main by runner-1"

    private func text(
        _ differences: [(String, ExplainAnswer.Difference.Kind)], count: Int? = nil, scope: ScopeName = .main,
        instruction: String? = "RUN make", isSameKey: Bool = false, isSameParent: Bool = true,
        arguments: Set<String> = []
    ) -> String {
        let nearest = ExplainAnswer.Nearest(
            created: 1_700_000_000, scope: scope, writer: "runner-1", instruction: instruction, isSameKey: isSameKey,
            isSameParent: isSameParent,
            differences: differences.map { ExplainAnswer.Difference(name: $0.0, kind: $0.1) },
            differenceCount: count ?? differences.count)
        return MissText.text(nearest, scopes: [.main], arguments: arguments)
    }

    @Test("Files by path, some of many by number")
    func files() {
        #expect(text([("file.src/a.py", .changed)]) == "src/a.py changed (since \(since))")
        #expect(
            text([("file.a", .changed), ("file.b.c", .added), ("file.d", .removed)])
                == "a changed; b.c is new; d is gone (since \(since))")
        let many = (1...5).map { ("file.f\($0)", ExplainAnswer.Difference.Kind.changed) }
        #expect(text(many, count: 90) == "f1, f2, f3 and 2 more changed; 85 more (since \(since))")
        #expect(!text([("file.a\u{1b}[31m", .changed)]).contains("\u{1b}"))
    }

    @Test("What causes most comes first; values are never told")
    func causes() {
        let all = text([
            ("file.a", .changed), ("environment.A", .changed), ("environment.B", .added), ("arguments", .changed),
            ("base.debian:12", .changed), ("user", .changed), ("secret.0", .removed),
        ])
        #expect(
            all == """
                the base image debian:12 is another one; the command was: RUN make; ENV A changed; \
                ENV B is new; a changed; secret mount 0 is gone; USER changed (since \(since))
                """)
        #expect(
            text([("base.debian:12", .added), ("base.debian:11", .removed)]).hasPrefix(
                "the base image is debian:12, it was debian:11"))
        #expect(text([("base.debian:12", .added)]).hasPrefix("the base image is debian:12, it was scratch"))
    }

    @Test("ARG and ENV are told apart")
    func variables() {
        #expect(
            text(
                [
                    ("environment.A", .changed), ("environment.B", .added), ("environment.C", .removed),
                    ("environment.D", .removed), ("argument.B", .added), ("argument.C", .removed),
                    ("argument.E", .removed),
                ], arguments: ["A", "B"])
                == "ARG A changed; ARG B is new; ARG C is gone; ENV D is gone (since \(since))")
        // What was an ARG and is an ENV with the same value now is no cause.
        #expect(text([("argument.A", .removed), ("user", .changed)]) == "USER changed (since \(since))")
    }

    @Test("Nothing to compare with, or nothing that differs by name")
    func without() throws {
        #expect(MissText.text(nil, scopes: [.main]) == "no step like it was recorded before")
        #expect(text([], isSameParent: false) == "what it stands on is not what it was (when \(since))")
        #expect(text([]) == "what it reads from another stage or image is not what it was (when \(since))")
        #expect(text([], instruction: nil).hasPrefix("the server no longer has the record that was built"))
        #expect(text([], isSameKey: true) == "the server no longer has all of what was \(since)")
        let other = try #require(ScopeName("x"))
        #expect(
            text([], scope: other, isSameKey: true).hasPrefix(
                "recorded only in scope x, which this build does not read (built"))
    }
}
