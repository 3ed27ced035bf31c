package import HitRates

extension JobWork {
    /// The layers that its records and its image name, were all its steps one above the other, those that are built on top: each record
    /// names all layers up to its own.
    package var namedLayers: Int { recorded * (steps - recorded) + recorded * (recorded + 1) / 2 + steps }

    /// The same when `share` of what is sent is new to the store.
    package func withNew(_ share: Double) -> JobWork {
        var job = self
        job.sent *= share
        return job
    }

    /// The same with the bytes of `share` of it.
    package func withBytes(_ share: Double) -> JobWork {
        var job = withNew(share)
        job.received *= share
        return job
    }
}
