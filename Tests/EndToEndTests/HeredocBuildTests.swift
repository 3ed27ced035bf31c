import Build
import Chunking
import FoundationEssentials
import SystemPackage
import TestSupport
import Testing

/// Here-documents, from the Dockerfile to the files of the image.
@Suite struct HeredocBuildTests {
    private static let copies = """
        FROM scratch
        ARG NAME=world
        COPY <<greeting <<-'raw' /texts/
        hello "$NAME"
        greeting
        \t\tNAME is $NAME
        raw
        ADD --chmod=0700 <<EOF /bin/run
        #!/bin/sh
        EOF
        """

    @Test func copiedDocumentsAreFiles() async throws {
        try await BuildLab.run { lab in
            let context = try lab.context(["Dockerfile": Self.copies])
            let first = try await lab.build(context, runner: "a")
            #expect(first.outcome.error == nil)
            let files = try await lab.files(of: first)
            #expect(files["/texts/greeting"]?.text == "hello \"world\"\n")
            #expect(files["/texts/greeting"]?.entry.mode == 0o644)
            #expect(files["/texts/raw"]?.text == "NAME is $NAME\n")
            #expect(files["/bin/run"]?.text == "#!/bin/sh\n")
            #expect(files["/bin/run"]?.entry.mode == 0o700)
            let second = try await lab.build(context, runner: "b")
            #expect(second.verdicts == [.hit, .hit])
            #expect(second.outcome.config == first.outcome.config)
        }
    }

    /// What is in a document is part of the key, and so are its name and the values of variables in it.
    @Test(arguments: [("hello", "hallo"), ("greeting", "welcome"), ("=world", "=moon"), ("raw", "plain")])
    func changedDocumentIsCopiedAnew(old: String, new: String) async throws {
        try await BuildLab.run { lab in
            let context = try lab.context(["Dockerfile": Self.copies])
            _ = try await lab.build(context, runner: "a")
            try lab.context(["Dockerfile": Self.copies.replacing(old, with: new)])
            let second = try await lab.build(context, runner: "b")
            #expect(second.outcome.error == nil)
            #expect(second.verdicts == [.run, .run])
        }
    }

    private static let commands = """
        FROM tiny/base:1
        RUN <<EOF
        echo one > /one
        cat /one
        EOF
        RUN cat <<A > /both && cat <<-B >> /both
        a $HOME
        A
        \tb
        B
        RUN <<EOF
        #!/bin/cat
        I print myself.
        EOF
        USER app
        RUN <<script
        #!/bin/sh -e
        echo "$0 $(id -u)"
        script
        """

    @Test(.enabled(if: TinyImage.obstacle == nil, "\(TinyImage.obstacle ?? "")"))
    func documentsAreRun() async throws {
        try await BuildLab.run { lab in
            try await lab.importImage(try await TinyImage.tar(in: lab.directory), as: "tiny/base:1")
            let context = try lab.context(["Dockerfile": Self.commands])
            let first = try await lab.build(context, runner: "a")
            #expect(first.outcome.error == nil)
            #expect(
                first.events.output == [
                    "one", "#!/bin/cat", "I print myself.", "/dev/pipes/script 1000",
                ])
            let files = try await lab.files(of: first)
            #expect(files["/both"]?.text == "a /root\nb\n")
            #expect(!files.keys.contains { $0.contains("pipes") || $0.contains("EOF") }, "\(files.keys)")
            let second = try await lab.build(context, runner: "b")
            #expect(second.verdicts == [.hit, .hit, .hit, .hit])
            let changed = Self.commands.replacing("I print myself", with: "I print me")
            try lab.context(["Dockerfile": changed])
            let third = try await lab.build(context, runner: "c")
            #expect(third.verdicts == [.hit, .hit, .run, .run])
        }
    }
}
