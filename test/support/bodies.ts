/** The members of responses that the tests read by type. */

export interface CopyBody {
  readonly id: number;
  readonly movie_id: number;
  readonly service_state: string;
  readonly is_available: boolean;
}

export interface MovieBody {
  readonly id: number;
  readonly title: string;
  readonly year: number;
  readonly genre_id: number;
  readonly stock: number;
  readonly available: number;
  readonly copies: readonly CopyBody[];
  readonly copies_url: string | null;
}

export interface LineBody {
  readonly id: number;
  readonly movie_rent_id: number;
  readonly movie_copy_id: number;
  readonly lent_datetime: string;
  readonly returned_datetime: string | null;
  readonly lost_datetime: string | null;
  readonly movie_copy: { readonly id: number; readonly movie_id: number; readonly movie: { readonly title: string } };
}

export interface RentBody {
  readonly id: number;
  readonly client_id: number;
  readonly is_closed: boolean;
  readonly closed_datetime: string | null;
  readonly details: readonly LineBody[];
}
