import { Join } from "./Join.tsx";
export function Session({ id }: { readonly id: string }) {
  return <Join id={id} onTicket={() => {}} />;
}
