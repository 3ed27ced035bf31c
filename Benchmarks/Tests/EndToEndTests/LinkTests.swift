import ChildPrograms
import EndToEnd
import Glibc
import Testing

@Suite(.serialized) struct LinkTests {
    fileprivate static let mayMakeLinks = unsafe geteuid() == 0 && access("/dev/net/tun", R_OK) == 0

    @Test("Packets are held for the same time each, and none overtakes another")
    func heldPackets() {
        var held = HeldPackets(microseconds: 100)
        #expect(held.wait(at: 0) == nil)
        held.append([1], at: 0)
        held.append([2], at: 60)
        #expect(held.next(at: 99) == nil)
        #expect(held.wait(at: 99) == 1)
        #expect(held.next(at: 100) == [1])
        #expect(held.next(at: 100) == nil)
        #expect(held.wait(at: 100) == 60)
        #expect(held.wait(at: 500) == 0)
        #expect(held.next(at: 500) == [2])
        #expect(held.wait(at: 500) == nil)
    }

    @Test("More packets than are ever held at a time come out in their order")
    func manyPackets() {
        var held = HeldPackets(microseconds: 10)
        var taken: [UInt8] = []
        for number in 0..<20_000 {
            held.append([UInt8(truncatingIfNeeded: number)], at: Int64(number))
            while let packet = held.next(at: Int64(number)) { taken += packet }
        }
        #expect(taken == (0..<19_990).map { UInt8(truncatingIfNeeded: $0) })
    }

    @Test("Links of different runs have different names and addresses")
    func plans() throws {
        let shape = try #require(Network.distant.shape)
        let plans = [0, 1, 63, 64, 16_383].map { LinkPlan(shape: shape, number: $0) }
        #expect(
            plans.map(\.serverAddress) == ["198.18.0.2", "198.18.0.6", "198.18.0.254", "198.18.1.2", "198.18.255.254"])
        #expect(Set(plans.flatMap { [$0.serverInterface, $0.runnerInterface] }).count == 10)
        // IFNAMSIZ
        #expect(plans.allSatisfy { $0.serverInterface.utf8.count < 16 })
    }

    @Test("A link that is not what it is to be is found out")
    func faults() throws {
        let shape = try #require(Network.distant.shape)
        #expect(LinkProof(roundTrip: 5.2, down: 95, up: 94).faults(as: shape).isEmpty)
        #expect(LinkProof(roundTrip: 0.1, down: 95, up: 94).faults(as: shape).count == 1)
        #expect(LinkProof(roundTrip: 5.2, down: 9000, up: 20).faults(as: shape).count == 2)
    }

    @Test(
        "A link is never faster than it is to be", .enabled(if: LinkTests.mayMakeLinks),
        arguments: [Network.gigabit, .distant])
    func neverFaster(network: Network) throws {
        let cleanUp = CleanUp()
        defer { cleanUp.run() }
        let number = Int(getpid()) % 16_384
        let link = try Link(network, number: number, cleanUp: cleanUp)
        defer { link.close() }
        let shape = try #require(network.shape)
        let proof = try LinkProof(of: link, shape: shape)
        #expect(proof.roundTrip >= Double(shape.roundTrip) / 1000)
        let rate = Double(shape.bitsPerSecond) / 1e6
        #expect(proof.down <= rate * 1.02 && proof.up <= rate * 1.02, "\(proof)")
        print(proof.line(network))
    }

    @Test(
        "Nothing of a link is left when it is closed", .enabled(if: LinkTests.mayMakeLinks)
    )
    func nothingLeft() throws {
        let number = (Int(getpid()) + 1) % 16_384
        let cleanUp = CleanUp()
        let link = try Link(.distant, number: number, cleanUp: cleanUp)
        let wire = try WireCounter(interface: link.interface, port: 9, number: number, cleanUp: cleanUp)
        #expect(try wire.next() == WireCounter.Bytes())
        #expect(try ChildProgram.output(["ip", "link"]).contains(link.interface))
        link.close()
        cleanUp.run()
        #expect(try !ChildProgram.output(["ip", "link"]).contains(link.interface))
        #expect(try !ChildProgram.output(["ip", "netns"]).contains("larder-bench-\(number)"))
        #expect(try !ChildProgram.output(["iptables", "--list-rules"]).contains("larder-bench-\(number)-"))
    }
}
