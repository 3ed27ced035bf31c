public import Chunking

/// Where a step's records are looked for when a later build misses the step: places that stay the same when what the
/// step is made of changes. Nothing of it enters a key.
public enum StepLineage {
    /// The places of one step, the best first: the same instruction in the same stage, then the one that stands at the
    /// same position among those of its kind.
    /// - Parameters:
    ///   - subject: what is built, as the repository of the image.
    ///   - stage: the stage's name.
    ///   - kind: `run`, `copy`, …
    ///   - text: the instruction.
    ///   - position: how many instructions of the kind stand before it in the stage.
    public static func places(
        subject: String, stage: String, kind: String, text: String, position: Int
    ) -> [Digest] {
        func place(_ what: String, _ value: String) -> Digest {
            var hasher = KeyHasher(domain: "larder.lineage.v1")
            hasher.add([subject, stage, kind, what, value])
            return hasher.finalize()
        }
        return [place("text", text), place("position", String(position))]
    }
}
