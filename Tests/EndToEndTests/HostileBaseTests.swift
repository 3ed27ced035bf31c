import FoundationEssentials
import SystemPackage
import TestSupport
import Testing

@testable import Build

/// Base images whose layers want more than to be unpacked: nothing outside of the layer is touched, and what cannot be is said.
@Suite("Hostile base images", .enabled(if: TinyImage.obstacle == nil, "\(TinyImage.obstacle ?? "")"))
struct HostileBaseTests {
    /// A tar that is made in a directory beside the small image's files.
    struct Layer: Sendable, CustomTestStringConvertible {
        let testDescription: String
        /// Makes `$out`, in a directory that has the file `f`; `$away` is a directory that must stay as it is.
        let script: String
        /// Part of the message; `nil` when the image is built upon.
        var refusal: String?
    }

    static let layers = [
        Layer(
            testDescription: "names that climb",
            script: "tar -cPf $out --transform=\"s,f,../../../../..$away/up,\" f",
            refusal: "leads out of it"),
        Layer(testDescription: "absolute names", script: "tar -cPf $out --transform=\"s,f,$away/absolute,\" f"),
        Layer(
            testDescription: "a link out, and a file through it",
            script: "ln -s $away l; mkdir d; echo bad >d/g; tar -cPf $out l; tar -rPf $out --transform=s,d/g,l/g, d/g"),
        Layer(
            testDescription: "a link out that climbs",
            script: "ln -s ../../../../../../..$away l; tar -cPf $out l; tar -rPf $out --transform=s,f,l/g, f"),
        Layer(
            testDescription: "a hard link to what is outside",
            script: "ln f h; tar -cPf $out --transform=\"s,^f,$away/kept,RS\" f h", refusal: "cannot unpack /h"),
        Layer(testDescription: "devices", script: "mknod c c 1 8; mknod b b 7 200; tar -cPf $out c b"),
        Layer(
            testDescription: "a whiteout of the directory itself", script: "mkdir d; : >d/.wh..; tar -cPf $out d",
            refusal: "hides no file that can be"),
        Layer(
            testDescription: "a whiteout of the directory above", script: ": >.wh...; tar -cPf $out .wh...",
            refusal: "hides no file that can be"),
        Layer(
            testDescription: "a whiteout of a climbing name",
            script: "tar -cPf $out --transform=\"s,f,../../..$away/.wh.kept,\" f",
            refusal: "leads out of it"),
    ]

    @Test("Nothing of this machine changes", arguments: layers)
    func contained(_ layer: Layer) async throws {
        try await BuildLab.run { lab in
            try lab.context(["kept": "safe"], named: "away")
            let away = lab.directory.appending("away").string
            let tar = lab.directory.appending("bad.tar").string
            _ = try await TinyImage.tar(in: lab.directory)
            // The small image first, so that there is something to run.
            try await TinyImage.shell(
                """
                set -e
                mkdir "$1/made"; cd "$1/made"; echo bad >f
                away=$2; out=$3.own
                \(layer.script)
                cp "$1/tiny.tar" "$3"; tar --concatenate --file "$3" "$3.own"
                """, lab.directory.string, away, tar)
            try await lab.importImage(Array(try Data(contentsOf: URL(filePath: tar))), as: "shop/bad:1")
            let context = try lab.context([
                "Dockerfile": "FROM shop/bad:1 AS bad\nRUN echo ran >/ran\nFROM scratch\nCOPY --from=bad /ran /ran\n"
            ])
            let report = try await lab.build(context, runner: "a")
            let left = try FileManager.default.subpathsOfDirectory(atPath: away)
            #expect(left == ["kept"])
            #expect(try Data(contentsOf: URL(filePath: away + "/kept")) == Data("safe".utf8))
            if let refusal = layer.refusal {
                let message = "\(try #require(report.outcome.error))"
                #expect(message.contains(refusal), "\(message)")
            } else {
                #expect(report.outcome.error == nil, "\(String(describing: report.outcome.error))")
                #expect(try await lab.files(of: report)["/ran"]?.text == "ran\n")
            }
        }
    }
}
