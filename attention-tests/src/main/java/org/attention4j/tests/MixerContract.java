package org.attention4j.tests;

/**
 * Every law as a jqwik property, on random valid configurations of one mixer. The test of a plugin implements it and says
 * what is to be checked:
 *
 * <pre>{@code
 * class DecayingAverageTest implements MixerContract {
 *     public MixerProvider subject() {
 *         return new DecayingAverageProvider();
 *     }
 * }
 * }</pre>
 *
 * <p>A law that does not concern the mixer is reported as skipped, with the reason; one whose capability is not declared
 * checks that the capability is refused; one that is {@linkplain #waivers waived} is reported as aborted, and fails if it
 * holds. Each property has 100 tries; {@code @PropertyDefaults(tries = 1000)} on the test gives it more. On a failure jqwik
 * prints its seed, the message names the smallest case that was found, and the next run begins with it.
 */
public interface MixerContract
        extends EveryMixerContract,
                CausalContract,
                IncrementalContract,
                DifferentiableContract,
                AttentiveContract,
                ContextualContract,
                RecurrentContract,
                SoftmaxAttentionContract,
                BoundedRecurrenceContract,
                ConvolutionContract {}
