import CacheAPI
import Chunking
import Testing

@Suite struct StepKeyTests {
    let op = Digest(hashing: Array("op".utf8))
    let parent = Digest(hashing: Array("parent".utf8))

    @Test func everyPartOfAStepChangesItsKey() {
        let input = Digest(hashing: Array("input".utf8))
        let keys = [
            StepKey.step(op: op, parent: parent, inputs: []),
            StepKey.step(op: parent, parent: op, inputs: []),
            StepKey.step(op: op, parent: parent, inputs: [input]),
            StepKey.step(op: op, parent: parent, inputs: [input, input]),
            StepKey.base(chain: [op], platform: "linux/amd64"),
            StepKey.base(chain: [op], platform: "linux/arm64"),
            StepKey.base(chain: [op, parent], platform: "linux/amd64"),
        ]
        #expect(Set(keys).count == keys.count)
    }

    @Test func fieldsCannotRunIntoEachOther() {
        var left = KeyHasher(domain: "test")
        left.add("ab")
        left.add("c")
        var right = KeyHasher(domain: "test")
        right.add("a")
        right.add("bc")
        #expect(left.finalize() != right.finalize())
    }

    @Test func listsDifferFromTheirElements() {
        var left = KeyHasher(domain: "test")
        left.add(["a", "b"])
        var right = KeyHasher(domain: "test")
        right.add(["a"])
        right.add(["b"])
        #expect(left.finalize() != right.finalize())
    }

    @Test func operationsOfDifferentKindsDiffer() {
        var run = OperationKey(kind: "run")
        run.add("arguments", ["true"])
        var copy = OperationKey(kind: "copy")
        copy.add("arguments", ["true"])
        #expect(run.digest != copy.digest)
        #expect(run.components.map(\.name) == ["arguments"])
    }
}
