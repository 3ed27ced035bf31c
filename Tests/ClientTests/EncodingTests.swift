import Testing

extension RealClients {
    /// Layers that are stored as they are and sent compressed.
    @Suite struct EncodingTests {
        @Test(
            "Every client unpacks what it is sent with a content encoding, made on the way or kept from before",
            arguments: [Puller.dockerContainerd, .dockerClassic, .ctr, .skopeo, .crane])
        func encoded(puller: Puller) async throws {
            let options = ["--content-encodings", "zstd,gzip"]
            try await Pantry.run(with: puller.program, options: options) { pantry in
                let context = try pantry.context([
                    "Dockerfile": "FROM scratch\nCOPY files /\n",
                    "files/long": String(repeating: "the same and the same again\n", count: 100_000),
                    // No client has it from before.
                    "files/unique": "\(UInt64.random(in: .min ... .max))",
                ])
                try await pantry.larder("build", "-t", "shop/api:1", context)
                let pulled = "\(pantry.directory)/pulled"
                for _ in 0..<3 {
                    try await puller.pull("\(pantry.host)/shop/api:1", to: pulled, in: pantry)
                    try await pantry.peers(
                        """
                        diff -r $1/files $2 >&2
                        rm -rf $2 $2.layers
                        """, context, pulled)
                }
                // Who had not asked for an encoding would have left no copy.
                let copies = try await pantry.peers("ls $1/root/encoded", "\(pantry.directory)")
                #expect(copies.split(separator: "\n").count == 1, "\(copies)")
            }
        }
    }
}
