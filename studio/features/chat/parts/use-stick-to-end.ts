import { useCallback, useEffect, useRef, useState, type RefObject } from 'react';

/** How far from the end still counts as the end, in pixels. */
const NEAR = 48;

export interface StickToEnd {
  /** What scrolls. */
  readonly scroller: RefObject<HTMLDivElement | null>;
  /** What grows inside it. */
  readonly content: RefObject<HTMLDivElement | null>;
  /** Whether the end is in sight. */
  readonly atEnd: boolean;
  readonly toEnd: () => void;
}

/** Keeps the end of a growing content in sight, until the person scrolls up; and again once they are back at the end. */
export const useStickToEnd = (): StickToEnd => {
  const scroller = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const sticks = useRef(true);
  const [atEnd, setAtEnd] = useState(true);

  const toEnd = useCallback(() => {
    sticks.current = true;
    const element = scroller.current;
    if (element) element.scrollTop = element.scrollHeight;
  }, []);

  useEffect(() => {
    const outer = scroller.current;
    const inner = content.current;
    if (!outer || !inner) return;
    let last = outer.scrollTop;
    const look = (): void => {
      const near = outer.scrollHeight - outer.scrollTop - outer.clientHeight < NEAR;
      // Growth alone never moves upwards: only the person does.
      if (near) sticks.current = true;
      else if (outer.scrollTop < last) sticks.current = false;
      last = outer.scrollTop;
      setAtEnd(near);
    };
    const grown = new ResizeObserver(() => {
      if (sticks.current) outer.scrollTop = outer.scrollHeight;
      look();
    });
    grown.observe(inner);
    grown.observe(outer);
    outer.addEventListener('scroll', look, { passive: true });
    return () => {
      grown.disconnect();
      outer.removeEventListener('scroll', look);
    };
  }, []);

  return { scroller, content, atEnd, toEnd };
};
